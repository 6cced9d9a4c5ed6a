// ccxt.pro's own handling of Binance USD-M depth frames, without a network: a fake client, its handleMessage(), its book.
// usage: node ccxt.mjs FOLDER-OF-node_modules FRAMES-FILE [ROUNDS]
// Prints `name unit median min..max` as the benches do. Three ways are timed: `parse` is JSON.parse() and handleMessage()
// with the 1,000 levels a side it keeps by default, the least it can do; `client` adds what its own socket client does with
// each frame; `full` is `parse` with every level kept, as we keep them.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file, roundsText] = process.argv.slice(2);
const rounds = Number(roundsText ?? 5);
const root = path.join(folder, 'node_modules', 'ccxt');
const ccxt = (await import(pathToFileURL(path.join(root, 'js', 'ccxt.js')))).default;
const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));

const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
const snapshot = JSON.parse(lines[0]);
const frames = lines.slice(1);
const first = JSON.parse(frames[0]).data;
const last = JSON.parse(frames[frames.length - 1]).data;
let levels = 0;
for (const frame of frames) {
    const { b, a } = JSON.parse(frame).data;
    levels += b.length + a.length;
}

// An exchange that knows one market and has its snapshot at hand, subscribed to its book.
async function subscribed(limit) {
    const exchange = new ccxt.pro.binanceusdm({ enableRateLimit: false });
    const quote = 'USDT';
    const base = first.s.slice(0, -quote.length);
    const symbol = `${base}/${quote}:${quote}`;
    exchange.setMarkets([exchange.safeMarketStructure({
        id: first.s, lowercaseId: first.s.toLowerCase(), symbol, base, quote, settle: quote, baseId: base,
        quoteId: quote, settleId: quote, type: 'swap', spot: false, swap: true, future: false, option: false,
        contract: true, linear: true, inverse: false, contractSize: 1, active: true,
        precision: { price: 0.1, amount: 0.001 },
    })]);
    exchange.fetchRestOrderBookSafe = async () => {
        const book = exchange.parseOrderBook(snapshot, symbol, snapshot.T);
        book.nonce = snapshot.lastUpdateId;
        return book;
    };
    const url = 'wss://fstream.binance.com/ws/0';
    const client = exchange.client(url); // makes the object, opens nothing
    client.resolve = () => {};
    client.reject = (error) => { throw error; };
    const subscription = { id: '1', symbol, symbols: [symbol], limit, type: 'future', params: {} };
    exchange.handleOrderBookSubscription(client, {}, subscription);
    const book = exchange.orderbooks[symbol];
    for (let tries = 0; tries < 100 && book.nonce === undefined; tries++) {
        await new Promise((done) => setTimeout(done, 1)); // it asks for its snapshot from a timer
    }
    if (book.nonce !== snapshot.lastUpdateId || book.bids.length === 0) {
        throw new Error('the snapshot did not reach the book');
    }
    return { exchange, client, book };
}

const ways = {
    parse: ({ exchange, client, book }) => {
        for (const frame of frames) {
            exchange.handleMessage(client, JSON.parse(frame));
            book.limit(); // as watchOrderBook() does for its caller
        }
    },
    full: ({ exchange, client }) => {
        for (const frame of frames) {
            exchange.handleMessage(client, JSON.parse(frame));
        }
    },
    client: ({ client, book }) => {
        for (const frame of frames) {
            client.onMessage({ data: frame });
            book.limit();
        }
    },
};

function report(name, unit, values) {
    values.sort((a, b) => a - b);
    const text = (x) => String(Number(x.toPrecision(6)));
    console.log(`${name} ${unit} ${text(values[values.length >> 1])} ${text(values[0])}..${text(values.at(-1))}`);
}

console.log(`# ccxt ${version}, node ${process.version}, ${frames.length} frames, ${levels} levels`);
for (const [way, run] of Object.entries(ways)) {
    const seconds = [];
    for (let i = -1; i < rounds; i++) { // round -1 lets the JIT warm up
        const fixture = await subscribed(way === 'full' ? Number.MAX_SAFE_INTEGER : 1000);
        const start = process.hrtime.bigint();
        run(fixture);
        const took = Number(process.hrtime.bigint() - start) / 1e9;
        if (Number(fixture.book.nonce) !== last.u) {
            throw new Error(`the book ends at ${fixture.book.nonce}, the frames at ${last.u}`);
        }
        if (i >= 0) {
            seconds.push(took);
        }
    }
    report(`ccxt/${way}`, 'frames/s', seconds.map((s) => frames.length / s));
    report(`ccxt/${way}`, 'levels/s', seconds.map((s) => levels / s));
}
process.exit(0);
