# Mono: its compiler, threads, the collector, and memory of libc's through P/Invoke.
# packages: mono-mcs mono-runtime libmono-system-core4.0-cil
# seconds: 120
cat >Program.cs <<'E2'
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;

static class Program
{
	[DllImport("libc.so.6")] static extern IntPtr strdup(string s);
	[DllImport("libc.so.6")] static extern IntPtr realpath(string path, IntPtr buffer);
	[DllImport("libc.so.6")] static extern IntPtr realloc(IntPtr p, UIntPtr n);
	[DllImport("libc.so.6")] static extern void free(IntPtr p);

	static string Sum(string text)
	{
		using (var sha = SHA1.Create()) return string.Concat(sha.ComputeHash(Encoding.UTF8.GetBytes(text)).Select(b => b.ToString("x2")));
	}

	static string Work(int n)
	{
		var rows = new Dictionary<string, List<int>>();
		for (int i = 0; i < 20000; i++) {
			string key = "key " + i * n % 1999;
			if (!rows.ContainsKey(key)) rows[key] = new List<int>();
			rows[key].Add(i);
		}
		string text = string.Join("\n", rows.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Key + ":" + string.Join(",", r.Value)));
		long native = 0;
		for (int i = 0; i < 3000; i++) {
			IntPtr p = realloc(strdup(new string('x', i % 500)), (UIntPtr)2000);
			native += Marshal.PtrToStringAnsi(p).Length;
			free(p);
			p = realpath("/usr/../etc", IntPtr.Zero);
			native += Marshal.PtrToStringAnsi(p).Length;
			free(p);
			p = Marshal.AllocHGlobal(i + 1);
			Marshal.WriteByte(p, i, 1);
			native += Marshal.ReadByte(p, i);
			Marshal.FreeHGlobal(p);
		}
		return Sum(Regex.Replace(text, @"(\d+),(\d)", "<$2$1>")) + " " + native;
	}

	static void Main()
	{
		var results = new string[8];
		var threads = Enumerable.Range(0, 8).Select(n => new Thread(() => results[n] = Work(n + 1))).ToList();
		threads.ForEach(t => t.Start());
		threads.ForEach(t => t.Join());
		foreach (string s in results) Console.WriteLine(s);
		GC.Collect();
		int caught = 0;
		for (int i = 0; i < 300; i++) try { object o = "text"; Console.Write((int)o); } catch (InvalidCastException) { caught++; }
		Console.WriteLine(caught);
	}
}
E2
mcs -optimize -r:System.Core Program.cs
mono Program.exe
MONO_GC_PARAMS=nursery-size=1m mono -O=all Program.exe
