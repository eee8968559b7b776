# GStreamer: pipelines with queues and threads, pictures and sound encoded, muxed, split and decoded.
# packages: gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
run() { gst-launch-1.0 -q "$@"; }
run videotestsrc num-buffers=200 pattern=ball ! video/x-raw,width=320,height=240 ! videoconvert ! tee name=t \
	t. ! queue ! jpegenc ! avimux ! filesink location=a.avi \
	t. ! queue ! videoscale ! video/x-raw,width=160,height=120 ! videoconvert ! pngenc ! multifilesink location=f%03d.png
cat f*.png | md5sum
run matroskamux name=m ! filesink location=b.mkv \
	videotestsrc num-buffers=100 ! video/x-raw,width=160,height=120 ! theoraenc ! queue ! m. \
	audiotestsrc num-buffers=200 wave=ticks ! audioconvert ! vorbisenc ! queue ! m.
run filesrc location=a.avi ! decodebin ! videoconvert ! video/x-raw,format=RGB ! filesink location=a.raw
run filesrc location=b.mkv ! decodebin name=d \
	d. ! queue ! videoconvert ! video/x-raw,format=I420 ! filesink location=b.raw \
	d. ! queue ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=8000 ! filesink location=b.pcm
md5sum a.raw b.raw
wc -c b.pcm
gst-inspect-1.0 videoscale | grep -c ':'
