#!/bin/sh
# tests/shell/links.sh FOLDER: what the texts below it link to is there, and none of them is compressed.
set -eu
cd "$1"
find . -name '*.md*' | {
	texts=0 wrong=
	while read -r text; do
		case $text in
		*.md) ;;
		*) echo "$1: $text is compressed"; wrong=1; continue ;;
		esac
		texts=$((texts + 1))
		for link in $(grep -o '](\([^):#]*\)[#)]' "$text" | sed 's/^](//; s/[#)]$//'); do
			[ -e "${text%/*}/$link" ] || { echo "$1: $text links to $link, which is not there"; wrong=1; }
		done
	done
	[ $texts -gt 0 ] || { echo "$1: no texts"; exit 1; }
	[ -z "$wrong" ]
}
