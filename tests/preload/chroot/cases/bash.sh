# Arrays, substitutions, pipes and subshells of bash.
# packages: bash
# short
cat >script <<'E2'
declare -A count
for i in $(seq 20000); do
	count[$((i % 701))]=${count[$((i % 701))]:-}x
	line+="$i "
done
echo ${#count[@]} ${#count[5]} ${#line}
echo "${line// /,}" | md5sum
for i in $(seq 100); do echo $(echo $(echo $i)); done | md5sum
mapfile -t lines < <(seq 10000)
echo ${#lines[@]} "${lines[9999]}"
E2
bash script
