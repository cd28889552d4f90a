# SPDX-License-Identifier: GPL-2.0-or-later
# sms_file DEVICE TEXT [NUMBER]: put one ASCII text into the inbox of Gammu's dummy device, as if
# it had arrived by SMS just now. To be sourced by a POSIX shell; needs od, awk and printf alone.
# The file is written beside the inbox and linked into its first free place, so that the modem
# never sees half of one and no text is written over.

sms_hex() {
	printf '%s' "$1" | od -An -v -tx1 | awk '{ for (i = 1; i <= NF; i++) printf "00%s", toupper($i) }'
}

sms_file() {
	sms_device=$1 sms_text=$2 sms_number=${3:-+254700000002}
	sms_smsc=+254700000001
	sms_beside=$sms_device/sms-new.$$
	mkdir -p -m 700 "$sms_device" || return 1
	mkdir -p "$sms_device/sms/1" || return 1
	{
		printf '[SMSBackup000]\nSMSC = "%s"\nSMSCUnicode = %s\n' "$sms_smsc" "$(sms_hex "$sms_smsc")"
		printf 'PDU = Deliver\nDateTime = %s\nState = UnRead\n' "$(date -u +%Y%m%dT%H%M%SZ)"
		printf 'Number = "%s"\nNumberUnicode = %s\n' "$sms_number" "$(sms_hex "$sms_number")"
		sms_hex "$sms_text" | awk '{ for (i = 0; i * 200 < length($0); i++)
			printf "Text%02d = %s\n", i, substr($0, i * 200 + 1, 200) }'
		printf 'Coding = Default_No_Compression\nFolder = 1\nLength = %s\nClass = -1\n' "${#sms_text}"
		printf 'ReplySMSC = False\nRejectDuplicates = False\nReplaceMessage = 0\nMessageReference = 0\n'
	} >"$sms_beside" || return 1
	sms_place=1
	while [ "$sms_place" -lt 10000 ]; do
		if ln "$sms_beside" "$sms_device/sms/1/$sms_place" 2>/dev/null; then
			rm -f "$sms_beside"
			return 0
		fi
		sms_place=$((sms_place + 1))
	done
	rm -f "$sms_beside"
	return 1
}
