#!/bin/sh
# git: a repository with history, packed, cloned, searched and checked.
. "$(dirname "$0")/lib.sh"
need git

work()
{
	HOME=$PWD GIT_CONFIG_NOSYSTEM=1
	GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C
	GIT_COMMITTER_EMAIL=c@example.org
	export HOME GIT_CONFIG_NOSYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME \
		GIT_COMMITTER_EMAIL
	git init -q -b main repo
	cd repo
	for commit in $(seq 1 30); do
		GIT_AUTHOR_DATE="2022-01-01T00:00:$commit +0000" GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
		export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
		awk -v c="$commit" 'BEGIN {
			for (f = c; f < c + 20; f++) {
				name = "file" f % 60
				for (i = 0; i < 300; i++)
					print "line " (i * f * c) % 977 " of " name > name
				close(name)
			}
		}'
		git add .
		git commit -q -m "commit $commit"
	done
	git log --stat --format='%H %s' | tail -n 100
	git rev-parse HEAD "HEAD^{tree}"
	git gc -q
	git fsck --full
	git blame -s file40 | tail -n 5
	git log -S 'line 13 ' --oneline -- file10 | wc -l
	git diff --shortstat HEAD~20 HEAD
	git grep -c 'line 500' | head
	git checkout -q -b side HEAD~10
	echo side >side
	git add side
	git commit -q -m side
	git merge -q --no-edit main
	git rev-parse "HEAD^{tree}"
	cd ..
	git clone -q repo copy
	git -C copy rev-parse "HEAD^{tree}" "origin/main^{tree}"
	git -C copy archive HEAD | cksum
	# the shell of an alias is a child of git itself
	git -c 'alias.maps=!cat /proc/$PPID/maps' maps >maps
}
compare
