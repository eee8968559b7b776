# git: commits, branches, merges, a rebase, packing in threads, clones and a push over file and daemon.
# packages: git
# seconds: 120
# short
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@localhost GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@localhost
export GIT_AUTHOR_DATE='2001-01-01T00:00:00Z' GIT_COMMITTER_DATE='2001-01-01T00:00:00Z'
git config --global init.defaultBranch main
git config --global gc.auto 0
git config --global pack.threads 4
git config --global --add safe.directory '*'
git init -q repo
cd repo
for i in $(seq 60); do
	mkdir -p d$((i % 7))
	seq $i $((i + 2000)) >d$((i % 7))/$i
	seq $((i * 100)) >big
	git add .
	git commit -qm "commit $i"
done
git checkout -q -b side HEAD~20
for i in $(seq 20); do
	echo side $i >>side
	git add side
	git commit -qm "side $i"
done
git checkout -q main
git merge -q -m merge side
git rev-parse HEAD
git log --oneline --graph | md5sum
git blame -s d3/3 | md5sum
git diff --stat HEAD~30 | tail -n 1
git log -p --all --topo-order | md5sum
git checkout -q -b again side
git rebase -q main~1
git log --format=%s | head -n 3
git checkout -q main
git grep -c 777 | sort | md5sum
git gc -q --aggressive --prune=now
git fsck --strict --no-progress
git count-objects -v | sed -n 's/^in-pack/in-pack/p'
git bundle create -q ../bundle --all
git archive --format=tar HEAD | sha256sum
cd ..
git clone -q bundle fromb && git -C fromb rev-parse HEAD
git init -q --bare served.git
git daemon --base-path=/area --export-all --enable=receive-pack --reuseaddr --listen=127.0.0.1 --port=9418 &
wait_for 10 listens 9418
git -C repo push -q git://127.0.0.1/served.git --all
for i in 1 2 3; do
	git clone -q git://127.0.0.1/served.git clone$i &
	pids="${pids:-} $!"
done
for pid in $pids; do
	wait $pid
done
for i in 1 2 3; do
	git -C clone$i rev-parse HEAD
	git -C clone$i fsck --no-progress
done
git clone -q --depth 3 git://127.0.0.1/served.git shallow && git -C shallow rev-list --count HEAD
cd clone1
git bisect start HEAD HEAD~20 >&2
git bisect run sh -c '! test -f d3/52' | grep 'first bad'
git bisect reset >&2
git stash list
seq 5 >d3/3 && git stash -q && git stash pop -q && git diff --shortstat
git worktree add -q ../tree HEAD~5 && git -C ../tree log -1 --format=%s
