# Node.js: worker threads, buffers, the thread pool's zlib and crypto, child processes.
# packages: nodejs
# seconds: 120
cat >script.js <<'E2'
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads')
const { execFileSync } = require('child_process')
const crypto = require('crypto'), zlib = require('zlib'), util = require('util')
const sha = data => crypto.createHash('sha1').update(data).digest('hex')

function work(n) {
	const map = new Map()
	for (let i = 0; i < 30000; i++) {
		map.set('key ' + (i * n % 7919), { i, list: new Array(i % 9).fill(i), buffer: Buffer.alloc(i % 300, i % 251) })
	}
	const text = JSON.stringify([...map.entries()].map(([k, v]) => [k, v.i, v.list, v.buffer.toString('hex')]))
	return sha(JSON.stringify(JSON.parse(text)).replace(/(\d+)/g, '<$1>'))
}

async function main() {
	const results = await Promise.all([1, 2, 3, 4, 5, 6].map(n => new Promise((resolve, reject) => {
		const worker = new Worker(__filename, { workerData: n })
		worker.on('message', resolve).on('error', reject)
	})))
	console.log('workers', sha(results.join()))
	const data = Buffer.concat(Array.from({ length: 20000 }, (_, i) => Buffer.from(`line ${i * 31}\n`)))
	const packed = await Promise.all([1, 5, 9].map(level => util.promisify(zlib.gzip)(data, { level })))
	console.log('zlib', (await Promise.all(packed.map(p => util.promisify(zlib.gunzip)(p)))).every(p => p.equals(data)))
	const brotli = await util.promisify(zlib.brotliCompress)(data)
	console.log('brotli', zlib.brotliDecompressSync(brotli).equals(data))
	const keys = await Promise.all([...Array(12).keys()].map(i => util.promisify(crypto.scrypt)('password', 'salt' + i, 32)))
	console.log('scrypt', sha(Buffer.concat(keys)))
	const pair = await util.promisify(crypto.generateKeyPair)('rsa', { modulusLength: 1024 })
	console.log('rsa', crypto.verify('sha256', data, pair.publicKey, crypto.sign('sha256', data, pair.privateKey)))
	let kept = []
	for (let i = 0; i < 3000; i++) { kept.push(Buffer.allocUnsafeSlow(20000).fill(i & 255)); if (kept.length > 50) kept = kept.slice(25) }
	console.log('buffers', sha(Buffer.concat(kept)))
	for (let i = 0; i < 5; i++) console.log('child', sha(execFileSync('/bin/sh', ['-c', `seq ${i * 10000}`])))
	console.log('intl', ['z', 'ä', 'a', 'Z', 'é'].sort(new Intl.Collator('de').compare).join(''), 'ß'.toUpperCase())
}
if (isMainThread) main().catch(e => { console.error(e); process.exit(1) })
else parentPort.postMessage(work(workerData))
E2
node script.js
