# FFmpeg: pictures and sound made, filtered and encoded in several formats with threads, and decoded again.
# packages: ffmpeg
# seconds: 120
ff() { ffmpeg -nostdin -v error -y "$@"; }
source='-f lavfi -i testsrc2=size=320x240:rate=25:duration=2 -f lavfi -i sine=frequency=440:beep_factor=4:duration=2'
ff $source -c:v ffv1 -threads 4 -slices 4 -level 3 -c:a flac a.mkv
ff $source -c:v libx264 -threads 4 -preset fast -c:a aac b.mp4
ff $source -c:v mpeg4 -threads 2 -c:a libmp3lame c.avi
ff $source -c:v libvpx-vp9 -cpu-used 8 -b:v 300k -threads 4 -row-mt 1 -c:a libopus d.webm
ff -i a.mkv -vf 'hflip,scale=200:-2,hue=s=0,unsharp' -af 'atempo=1.5,lowpass=800' -c:v libx265 -x265-params log-level=error:pools=2 -preset ultrafast -c:a libvorbis -ac 2 e.mkv
for file in a.mkv b.mp4 c.avi d.webm e.mkv; do
	ffprobe -v error -count_frames -show_entries stream=codec_name,nb_read_frames -of csv=p=0 $file | tr '\n' ' '
	# x264 with threads does not make the same of the same each time
	[ $file = b.mp4 ] && echo || ff -threads 4 -i $file -map 0:v -f md5 -
done
ff -i a.mkv -map 0 -f framemd5 - | md5sum
ff -i a.mkv -filter_complex '[0:v]split[x][y];[x]negate[n];[n][y]hstack,fps=5[v]' -map '[v]' frame%02d.png
cat frame*.png | md5sum
for i in 1 2 3 4; do ff -i b.mp4 -t 1 -f null - & pids="${pids:-} $!"; done
for pid in $pids; do wait "$pid"; done
