# generated/ew1_vectors.h from the published vectors: C needs no JSON parser, and the file that
# others implement against is the one that is tested.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(ew1_json ${PROJECT_SOURCE_DIR}/schemas/wire/vectors/ew1-vectors.json)
set(ew1_maker ${PROJECT_SOURCE_DIR}/tests/vectors/make_table.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ew1_json} ${ew1_maker})
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated)
execute_process(
  COMMAND ${Python3_EXECUTABLE} ${ew1_maker} ${ew1_json} ${PROJECT_BINARY_DIR}/generated/ew1_vectors.h
  COMMAND_ERROR_IS_FATAL ANY)
