# SoX, FLAC, LAME and the Vorbis tools: sound made, changed, encoded and decoded.
# packages: sox flac lame vorbis-tools
sox -R -n -r 44100 -c 2 -b 16 a.wav synth 20 sin 300-3000 sin 440 tremolo 5 40 gain -3
sox -R a.wav b.wav reverb 50 echo 0.8 0.7 60 0.4 rate -h 22050 pitch 200 reverse
soxi -T -s b.wav
md5sum a.wav b.wav
flac -s -8 -e -p b.wav -o b.flac
flac -s -d b.flac -o c.wav
cmp b.wav c.wav
metaflac --show-md5sum b.flac
lame --quiet -V 2 a.wav a.mp3
lame --quiet --decode a.mp3 d.wav
md5sum d.wav
oggenc -Q -q 5 -s 7 a.wav -o a.ogg
oggdec -Q a.ogg -o e.wav
md5sum a.ogg e.wav
sox -R a.wav d.wav -M f.wav remix 1,3 2,4
sox f.wav -n stat 2>&1 | grep -E 'Samples|Rough|Length'
