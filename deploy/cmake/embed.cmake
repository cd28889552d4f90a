# embed_text(FILE SYMBOL): the text of FILE as `const char SYMBOL[]` in generated/SYMBOL.h.
# An SQL file stays an SQL file, and the program that needs it carries it.
function(embed_text file symbol)
  file(READ ${PROJECT_SOURCE_DIR}/${file} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n\"\n\"" text "${text}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${symbol}.h
    CONTENT "/* Made from ${file} by deploy/cmake/embed.cmake. */\nstatic const char ${symbol}[] =\n\"${text}\";\n" @ONLY)
endfunction()
