# Java: its compiler, threads, the native memory of compression and of direct buffers, and both collectors.
# packages: openjdk-17-jdk-headless
# seconds: 180
cat >Work.java <<'E2'
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;
import java.util.stream.*;
import java.util.zip.*;

public class Work {
	record Row(int n, String name, List<Integer> list) {}

	static String sha(byte[] data) throws Exception {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(data));
	}

	static String work(int n) throws Exception {
		var rows = new TreeMap<String, Row>();
		for (int i = 0; i < 20000; i++)
			rows.put("key " + (long)i * n % 7919, new Row(i, "row " + i, IntStream.range(0, i % 6).boxed().toList()));
		byte[] text = rows.toString().getBytes("UTF-8");
		byte[] packed = new byte[text.length + 1000], back = new byte[text.length];
		String sums = sha(text);
		for (int level = 1; level <= 9; level += 4) {
			var deflater = new Deflater(level);
			deflater.setInput(text);
			deflater.finish();
			int length = deflater.deflate(packed);
			deflater.end();
			var inflater = new Inflater();
			inflater.setInput(packed, 0, length);
			if (inflater.inflate(back) != text.length || !Arrays.equals(back, text)) throw new Exception("inflate");
			inflater.end();
		}
		ByteBuffer[] buffers = new ByteBuffer[64];
		for (int i = 0; i < 2000; i++) {
			var buffer = buffers[i * n & 63] = ByteBuffer.allocateDirect(i % 500 * 64 + 8);
			buffer.putInt(0, i);
		}
		long sum = 0;
		for (var buffer : buffers) if (buffer != null) sum += buffer.getInt(0);
		Matcher matcher = Pattern.compile("(\\d+)=Row\\[n=(\\d)").matcher(new String(text, "UTF-8"));
		return sums + " " + sum + " " + sha(matcher.replaceAll("$2:$1").getBytes("UTF-8"));
	}

	public static void main(String[] args) throws Exception {
		var pool = Executors.newFixedThreadPool(6);
		var results = new ArrayList<Future<String>>();
		for (int n = 1; n <= 16; n++) { int m = n; results.add(pool.submit(() -> work(m))); }
		for (var result : results) System.out.println(result.get());
		pool.shutdown();
		var process = new ProcessBuilder("seq", "30000").start();
		System.out.println(sha(process.getInputStream().readAllBytes()) + " " + process.waitFor());
	}
}
E2
javac Work.java
for collector in Serial G1 Parallel; do java -Xmx300m -XX:+Use${collector}GC -XX:MaxDirectMemorySize=64m Work >$collector; done
cat G1
cmp G1 Serial
cmp G1 Parallel
