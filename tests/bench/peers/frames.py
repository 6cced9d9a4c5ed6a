"""Make one long file of depth frames out of a short capture, the same bytes for every program measured.

usage: frames.py OUT FRAMES CAPTURE.gz

The capture (Binance USD-M, `recv_ns json` a line, one bare REST snapshot among them) is played over and over: a pass
takes up its update ids and times where the one before it left them, so that no frame is stale and there is no gap. OUT
holds the snapshot first and then FRAMES depth frames, all of them applicable.
"""
import gzip
import re
import sys

IDS = re.compile(r'"(U|u|pu|E|T)":\s*(\d+)')


def ids_of(frame):
    return {key: int(value) for key, value in IDS.findall(frame[:400])}


def read(path):
    """(snapshot line, its id, depth frames from the first that applies to it)."""
    snapshot, last_id, frames = None, None, []
    with gzip.open(path, 'rt', encoding='utf-8') as f:
        for line in f:
            recv, _, frame = line.rstrip('\n').partition(' ')
            if '"lastUpdateId"' in frame[:40]:
                snapshot = snapshot or line
                last_id = last_id or int(re.search(r'"lastUpdateId":\s*(\d+)', frame).group(1))
            elif '@depth' in frame[:60] and '"depthUpdate"' in frame[:200]:
                frames.append((int(recv), frame))
    if snapshot is None:
        sys.exit(f'{path}: no snapshot in it')
    frames = [(recv, frame) for recv, frame in frames if ids_of(frame)['u'] >= last_id]
    good, previous = [], None
    for recv, frame in frames:
        ids = ids_of(frame)
        if previous is not None and ids['pu'] != previous:
            break  # a gap in the capture: what follows cannot be chained
        previous = ids['u']
        good.append((recv, frame, ids))
    return snapshot, good


def shifted(frame, by_id, by_ms):
    def one(match):
        key, value = match.group(1), int(match.group(2))
        return f'"{key}":{value + (by_ms if key in "ET" else by_id)}'
    return IDS.sub(one, frame[:400]) + frame[400:]


def main():
    out, wanted, capture = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    snapshot, frames = read(capture)
    if not frames:
        sys.exit(f'{capture}: no depth frame follows its snapshot')
    ids_a_pass = frames[-1][2]['u'] - frames[0][2]['pu']
    ms_a_pass = frames[-1][2]['E'] - frames[0][2]['E'] + 50
    ns_a_unit = 10 ** 6 if frames[0][0] > 10 ** 17 else 10 ** 3  # some captures count microseconds
    with open(out, 'w', encoding='utf-8') as f:
        f.write(snapshot)
        for n in range(wanted):
            turn, at = divmod(n, len(frames))
            recv, frame, _ = frames[at]
            f.write(f'{recv + turn * ms_a_pass * ns_a_unit} {shifted(frame, turn * ids_a_pass, turn * ms_a_pass)}\n')


main()
