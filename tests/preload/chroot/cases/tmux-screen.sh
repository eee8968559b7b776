# Terminals inside tmux and screen: windows, panes, keys sent and text captured.
# packages: tmux screen
# short
export SHELL=/bin/sh PS1='$ '
t='tmux -L test -f /dev/null'
$t new-session -d -x 100 -y 40 -s main 'sh'
$t set-option -g history-limit 20000
$t new-window -t main: -n many 'seq 15000; echo the end; exec cat'
screen_has() { $t capture-pane -p -t "$1" | grep -q "$2"; }
wait_for 20 screen_has main:many 'the end'
$t capture-pane -p -S - -t main:many | sed '/^$/d' | md5sum
$t send-keys -t main:0 'echo $((6 * 7))' Enter
wait_for 20 screen_has main:0 '^42$'
for i in 1 2 3 4 5; do
	$t split-window -d -h -t main:0 "seq -f 'pane$i %.0f' 2000; echo done; exec cat"
	$t select-layout -t main:0 tiled
	$t new-window -d -t main: -n w$i "i=0; while [ \$i -lt 500 ]; do printf '\033[3%dmcolour\033[0m é %d\n' \$((i % 8)) \$i; i=\$((i + 1)); done; echo done; exec cat"
done
for i in 1 2 3 4 5; do
	wait_for 20 screen_has main:0.$i done
	wait_for 20 screen_has main:w$i done
	$t capture-pane -e -p -S - -t main:w$i | md5sum
done
$t list-windows -t main -F '#{window_name} #{window_panes}' | sed 's/^[^mw].* /first /'
$t resize-window -t main:many -x 60 -y 20
$t set-buffer "$(seq 1000)"
$t send-keys -t main:w1 C-c
$t show-buffer | md5sum
$t display-message -p '#{e|*:6,7} #{s/a/b/:session_name} #{=3:session_name}'
$t kill-server
gone() { ! $t has-session 2>/dev/null; }
wait_for 10 gone

export SCREENDIR=/area/screens
mkdir -m 700 screens
printf 'defscrollback 5000\nstartup_message off\n' >screenrc
screen -c screenrc -dmS test sh
listed() { screen -ls | grep -q '\.test'; }
wait_for 20 listed
for i in 1 2 3 4 5; do
	screen -S test -X screen -t w$i sh -c "seq $((i * 500)); echo end; exec cat"
	sleep 0.3
	copied() { screen -S test -p $i -X hardcopy -h /area/copy$i && sleep 0.1 && grep -q ^end copy$i; }
	wait_for 20 copied
	sed '/^$/d' copy$i | md5sum
done
screen -S test -p 0 -X stuff 'echo $((6 * 7)) >answer
'
wait_for 20 test -s answer
cat answer
screen -S test -X quit
