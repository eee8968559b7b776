# Memory that libc allocated inside itself, freed by the free that Java's native access finds in libc's handle.
# packages: openjdk-17-jdk-headless libjna-java
# seconds: 120
cat >Program.java <<'E2'
import com.sun.jna.*;
import java.util.*;
import java.util.concurrent.*;

public class Program {
	public interface C extends Library {
		Pointer malloc(long n);
		Pointer realloc(Pointer p, long n);
		void free(Pointer p);
		Pointer strdup(String s);
		Pointer realpath(String path, Pointer p);
	}

	public static void main(String[] args) throws Exception {
		C libc = Native.load("libc.so.6", C.class);
		var pool = Executors.newFixedThreadPool(4);
		var results = new ArrayList<Future<Long>>();
		for (int n = 0; n < 4; n++) {
			int m = n;
			results.add(pool.submit(() -> {
				long sum = 0;
				for (int i = 0; i < 2000; i++) {
					Pointer a = libc.realloc(libc.strdup("text ".repeat(i % 300 + m)), 4000);
					sum = sum * 31 + a.getString(0).hashCode();
					libc.free(a);
					Pointer b = libc.realpath("/usr/../etc", null);
					sum = sum * 31 + b.getString(0).hashCode();
					libc.free(b);
					Pointer c = libc.malloc(i + 8);
					c.setInt(0, i);
					sum = sum * 31 + c.getInt(0);
					libc.free(c);
					sum += new Memory(i + 1).size();
				}
				return sum;
			}));
		}
		for (var result : results) System.out.println(result.get());
		pool.shutdown();
	}
}
E2
javac -cp /usr/share/java/jna.jar Program.java
java -cp /usr/share/java/jna.jar:. Program
