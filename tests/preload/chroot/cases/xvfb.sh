# An X server without a screen: xterm and others draw on it, a GTK program too, and a picture of it all is taken.
# packages: xvfb xterm x11-utils x11-apps imagemagick python3-gi gir1.2-gtk-3.0 fonts-dejavu-core
Xvfb :7 -screen 0 800x600x24 -nolisten tcp -noreset &
server=$!
export DISPLAY=:7 NO_AT_BRIDGE=1 GSETTINGS_BACKEND=memory
wait_for 20 xdpyinfo
xdpyinfo | grep -E 'dimensions|depth of root|number of extensions'
cat >lines <<'E2'
for i in $(seq 5000); do printf '\033[3%dm%d %d\033[0m\n' $((i % 8)) $i $((i * 7919)); done
printf '\033[?25l' # no cursor
: >drawn
sleep 50
E2
xterm -geometry 60x20+0+0 -fn fixed -e sh lines &
xlogo -geometry 200x200+400+0 &
wait_for 30 test -e drawn
wait_for 30 xwininfo -name xlogo
cat >window.py <<'E2'
import hashlib, gi
gi.require_version('Gtk', '3.0')
from gi.repository import Gtk, GLib
window = Gtk.OffscreenWindow()
store = Gtk.TreeStore(int, str)
for i in range(200):
    parent = store.append(None, [i, 'row %d' % i])
    for j in range(20):
        store.append(parent, [j, 'child %d of %d' % (j, i)])
view = Gtk.TreeView(model=store)
for n, title in enumerate(('number', 'text')):
    view.append_column(Gtk.TreeViewColumn(title, Gtk.CellRendererText(), text=n))
view.expand_all()
text = Gtk.TextView()
text.get_buffer().set_text('\n'.join('line %d' % i for i in range(3000)))
box = Gtk.Box()
for child in view, text:
    scroll = Gtk.ScrolledWindow()
    scroll.set_size_request(300, 400)
    scroll.add(child)
    box.add(scroll)
window.add(box)
window.show_all()
rounds = []
def tick():
    rounds.append(1)
    view.scroll_to_cell(Gtk.TreePath([len(rounds) * 10, 3]), None, True, 0.5, 0)
    if len(rounds) < 15:
        return True
    view.get_selection().unselect_all()
    GLib.timeout_add(500, done)
def done():
    pixels = window.get_pixbuf()
    print(pixels.get_width(), pixels.get_height(), len(set(pixels.get_pixels())) > 20)
    Gtk.main_quit()
GLib.timeout_add(20, tick)
Gtk.main()
E2
python3 window.py
import -window root shot.png
identify -format '%w %h\n' shot.png
convert shot.png -crop 300x200+0+0 -depth 8 rgb:- | md5sum
convert shot.png -crop 200x200+400+0 -depth 8 rgb:- | md5sum
kill $server
wait $server
