// ccxt.pro's own handling of each venue's depth frames, without a network: a fake client, handleMessage(), its book.
// usage: node ccxt_venues.mjs FOLDER-OF-node_modules FOLDER-OF-FRAMES [ROUNDS]
// The frames are `bench_venues --write`'s: <venue>.txt, one a line, the snapshot first. Timed is JSON.parse() and handleMessage(),
// the least it can do. Prints `ccxt-venue/<venue> unit median min..max` as the benches do.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, framesFolder, roundsText] = process.argv.slice(2);
const rounds = Number(roundsText ?? 3);
const root = path.join(folder, 'node_modules', 'ccxt');
const ccxt = (await import(pathToFileURL(path.join(root, 'js', 'ccxt.js')))).default;

const binance = { base: 'BTC', settle: 'USDT', quote: 'USDT', isAsked: true };
const venues = {
    'binance': { ...binance, pro: 'binanceusdm', id: 'BTCUSDT', type: 'swap', subscribed: 'future' },
    'binance-coinm': { ...binance, pro: 'binancecoinm', id: 'BTCUSD_PERP', quote: 'USD', settle: 'BTC', type: 'swap', subscribed: 'delivery' },
    'binance-spot': { ...binance, pro: 'binance', id: 'BTCUSDT', type: 'spot', subscribed: 'spot' },
    'bybit': { pro: 'bybit', id: 'BTCUSDT', base: 'BTC', quote: 'USDT', settle: 'USDT', type: 'swap' },
    'okx': { pro: 'okx', id: 'BTC-USDT-SWAP', base: 'BTC', quote: 'USDT', settle: 'USDT', type: 'swap' },
    'hyperliquid': { pro: 'hyperliquid', id: '0', base: 'BTC', quote: 'USDC', settle: 'USDC', type: 'swap' },
};

// An exchange that knows one market, subscribed to its book, the snapshot in it.
async function subscribed(v, first) {
    const exchange = new ccxt.pro[v.pro]({ enableRateLimit: false });
    const isSpot = v.type === 'spot';
    const symbol = isSpot ? `${v.base}/${v.quote}` : `${v.base}/${v.quote}:${v.settle}`;
    exchange.setMarkets([exchange.safeMarketStructure({
        id: v.id, lowercaseId: v.id.toLowerCase(), symbol, base: v.base, quote: v.quote, settle: isSpot ? undefined : v.settle,
        baseId: v.base, quoteId: v.quote, settleId: v.settle, type: v.type, spot: isSpot, swap: !isSpot, future: false,
        option: false, contract: !isSpot, linear: v.settle === v.quote, inverse: v.settle === v.base, contractSize: 1,
        active: true, baseName: v.base, precision: { price: 0.1, amount: 0.001 },
    })]);
    const url = `wss://example.test/${v.type}/linear/0`;
    const client = exchange.client(url); // makes the object, opens nothing
    client.resolve = () => {};
    client.reject = (error) => { throw error; };
    for (const channel of ['books', 'orderbook']) {
        client.subscriptions[`${channel}:${symbol}`] = true;
    }
    if (!v.isAsked) {
        exchange.handleMessage(client, JSON.parse(first));
    } else {
        const snapshot = JSON.parse(first);
        exchange.fetchRestOrderBookSafe = async () => {
            const book = exchange.parseOrderBook(snapshot, symbol, 0);
            book.nonce = snapshot.lastUpdateId;
            return book;
        };
        exchange.handleOrderBookSubscription(client, {}, {
            id: '1', symbol, symbols: [symbol], limit: 1000, type: v.subscribed, params: {},
        });
        for (let tries = 0; tries < 100 && exchange.orderbooks[symbol].nonce === undefined; tries++) {
            await new Promise((done) => setTimeout(done, 1)); // it asks for its snapshot from a timer
        }
    }
    if ((exchange.orderbooks[symbol]?.bids ?? []).length === 0) {
        throw new Error('the snapshot did not reach the book');
    }
    return { exchange, client, symbol };
}

function report(name, unit, values) {
    values.sort((a, b) => a - b);
    const text = (x) => String(Number(x.toPrecision(6)));
    console.log(`${name} ${unit} ${text(values[values.length >> 1])} ${text(values[0])}..${text(values.at(-1))}`);
}

for (const [name, v] of Object.entries(venues)) {
    const frames = fs.readFileSync(path.join(framesFolder, `${name}.txt`), 'utf8').trimEnd().split('\n');
    const first = frames.shift();
    const seconds = [];
    for (let i = -1; i < rounds; i++) { // round -1 lets the JIT warm up
        const { exchange, client, symbol } = await subscribed(v, first);
        const before = JSON.stringify(exchange.orderbooks[symbol].bids.slice(0, 10));
        const start = process.hrtime.bigint();
        for (const frame of frames) {
            exchange.handleMessage(client, JSON.parse(frame));
        }
        const took = Number(process.hrtime.bigint() - start) / 1e9;
        if (JSON.stringify(exchange.orderbooks[symbol].bids.slice(0, 10)) === before) {
            throw new Error(`${name}: the frames did not reach the book`);
        }
        if (v.isAsked && Number(exchange.orderbooks[symbol].nonce) !== JSON.parse(frames.at(-1)).data.u) {
            throw new Error(`${name}: not all frames reached the book`);
        }
        if (i >= 0) {
            seconds.push(took);
        }
    }
    report(`ccxt-venue/${name}`, 'frames/s', seconds.map((s) => frames.length / s));
}
process.exit(0);
