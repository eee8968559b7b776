# Rust: its compiler, with and without optimisation, and a program with threads whose allocator is malloc.
# packages: rustc gcc libc6-dev
# seconds: 240
cat >program.rs <<'E2'
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hasher;
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

#[derive(Clone, Debug)]
struct Row { n: usize, name: String, list: Vec<u64>, inner: Option<Box<Row>> }
#[repr(align(128))]
#[derive(Clone)]
struct Wide([u8; 384]);

fn sum(text: &str) -> u64 {
	#[allow(deprecated)]
	let mut h = std::hash::SipHasher::new();
	h.write(text.as_bytes());
	h.finish()
}

fn work(n: usize) -> u64 {
	let mut rows = BTreeMap::new();
	let mut index: HashMap<String, Arc<Row>> = HashMap::new();
	let mut queue = VecDeque::new();
	for i in 0..4000 {
		let row = Row { n: i, name: format!("row {}", i * n), list: (0..(i % 20) as u64).collect(),
			inner: if i % 3 == 0 { Some(Box::new(Row { n: i, name: String::new(), list: vec![1; i % 50], inner: None })) } else { None } };
		index.insert(row.name.clone(), Arc::new(row.clone()));
		rows.insert(format!("key {}", i * n % 1009), row);
		let wide = Box::new(Wide([i as u8; 384]));
		assert_eq!(&*wide as *const Wide as usize % 128, 0);
		queue.push_back(wide);
		if queue.len() > 50 { queue.pop_front(); }
	}
	let mut text = format!("{:?}", rows);
	text.push_str(&format!("{} {}", index.len(), index.values().map(|r| r.list.len() + r.n).sum::<usize>()));
	text.push_str(&format!("{}", queue.iter().map(|w| w.0[5] as usize).sum::<usize>()));
	sum(&text)
}

fn main() {
	let (send, receive) = mpsc::channel();
	let all = Arc::new(Mutex::new(Vec::new()));
	let threads: Vec<_> = (1..17).map(|n| {
		let (send, all) = (send.clone(), all.clone());
		thread::spawn(move || {
			let result = work(n);
			all.lock().unwrap().push(result);
			send.send((n, format!("{:016x}", result))).unwrap();
		})
	}).collect();
	drop(send);
	let results: BTreeMap<_, _> = receive.iter().collect();
	for t in threads { t.join().unwrap(); }
	for (n, result) in results { println!("{} {}", n, result); }
	let mut all = all.lock().unwrap().clone();
	all.sort();
	println!("{}", all.len());
	let caught = thread::spawn(|| { let v: Vec<String> = vec!["x".repeat(1000); 100]; if v.len() == 100 { panic!("wanted") } }).join();
	println!("{}", caught.is_err());
	let mut v: Vec<u8> = Vec::new();
	println!("{}", v.try_reserve(usize::MAX / 4).is_err());
}
E2
rustc -o slow program.rs
rustc -O -C codegen-units=8 -C panic=unwind -o fast program.rs
./slow
./fast
