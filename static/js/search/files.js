// Files of the index: each is fetched once, unpacked and kept. What could not be
// fetched is asked for again the next time.

const decoder = new TextDecoder();

export class Reader {
  constructor(bytes) { this.bytes = bytes; this.at = 0; }

  octet() {
    if (this.at >= this.bytes.length) throw new Error("a file of the index ends too early");
    return this.bytes[this.at++];
  }

  number() {
    for (let n = 0, scale = 1; ; scale *= 128) {
      const b = this.octet();
      n += (b & 127) * scale;
      if (b < 128) return n;
    }
  }

  text() {
    const n = this.number();
    return decoder.decode(this.bytes.subarray(this.at, this.at += n));
  }

  list(read) { return Array.from({ length: this.number() }, read); }

  // sorted reads n words of which each begins like the one before it; more reads what
  // follows each.
  sorted(n, more) {
    let before = new Uint8Array(0);
    for (let i = 0; i < n; i++) {
      const shared = this.number(), rest = this.number();
      const word = new Uint8Array(shared + rest);
      word.set(before.subarray(0, shared));
      word.set(this.bytes.subarray(this.at, this.at += rest), shared);
      before = word;
      more(decoder.decode(word));
    }
  }

  postings(n) {
    const sections = new Uint32Array(n);
    for (let i = 0, at = 0; i < n; i++) sections[i] = at += this.number();
    return { sections, impacts: this.bytes.subarray(this.at, this.at += n) };
  }
}

export class Missing extends Error {}

export class Files {
  constructor(base) { this.base = base; this.kept = new Map(); }

  read(name, parse, options) {
    if (!this.kept.has(name)) {
      const promise = this.fetched(name, options).then((bytes) => parse(new Reader(bytes)));
      promise.catch(() => this.kept.delete(name));
      this.kept.set(name, promise);
    }
    return this.kept.get(name);
  }

  async fetched(name, options) {
    const response = await fetch(this.base + name, options).catch((error) => { throw new Missing(`${name}: ${error.message}`); });
    // A host that answers with a page for what it does not have.
    if (!response.ok || response.headers.get("content-type")?.includes("html")) throw new Missing(`${name}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes; // the host has unpacked it
    // A Blob would be a shorter way in, but browsers keep it in another process.
    const gzip = new DecompressionStream("gzip"), packed = gzip.writable.getWriter();
    Promise.all([packed.write(bytes), packed.close()]).catch(() => {}); // the reading side fails too
    return new Uint8Array(await new Response(gzip.readable).arrayBuffer());
  }
}
