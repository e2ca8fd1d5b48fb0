package main

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// tileHeight is that of C2SP tlog-tiles: 2^8 hashes a tile.
const tileHeight = 8

// verifyLog checks a directory in the layout of C2SP tlog-tiles: the signature, every tile, and every entry.
func verifyLog(dir, vkey string) (string, error) {
	log, err := readKey(vkey)
	if err != nil {
		return "", err
	}
	text, err := readFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(text, log)
	if err != nil {
		return "", err
	}
	// The reader believes only tiles that hash up to the root of the checkpoint.
	hashes := tlog.TileHashReader(tree, tileReader{dir})
	for start := int64(0); start < tree.N; start += 1 << tileHeight {
		width := min(1<<tileHeight, tree.N-start)
		if err := verifyBundle(dir, hashes, start, int(width)); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d entries, root %v", tree.N, tree.Hash), nil
}

// verifyBundle compares the entries from start on with the leaf hashes in the tiles.
func verifyBundle(dir string, hashes tlog.HashReader, start int64, width int) error {
	tile := tlog.Tile{H: tileHeight, L: -1, N: start >> tileHeight, W: width}
	bundle, err := readFile(filepath.Join(dir, tilePath(tile)))
	if err != nil {
		return err
	}
	indexes := make([]int64, width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, start+int64(i))
	}
	sealed, err := hashes.ReadHashes(indexes)
	if err != nil {
		return fmt.Errorf("tiles of the entries from %d on: %w", start, err)
	}
	for i, hash := range sealed {
		entry, rest, ok := cutEntry(bundle)
		if !ok {
			return fmt.Errorf("entry %d is missing", start+int64(i))
		}
		if tlog.RecordHash(entry) != hash {
			return fmt.Errorf("entry %d is not what was sealed", start+int64(i))
		}
		bundle = rest
	}
	if len(bundle) > 0 {
		return fmt.Errorf("%d bytes behind entry %d", len(bundle), start+int64(width)-1)
	}
	return nil
}

// cutEntry takes the first entry off a bundle: a big-endian uint16 and as many bytes.
func cutEntry(bundle []byte) (entry, rest []byte, ok bool) {
	if len(bundle) < 2 {
		return nil, nil, false
	}
	length := int(binary.BigEndian.Uint16(bundle))
	bundle = bundle[2:]
	if len(bundle) < length {
		return nil, nil, false
	}
	return bundle[:length], bundle[length:], true
}

// tilePath is the path of C2SP tlog-tiles, where Go's has the height in it and says data for entries.
func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	if name, ok := strings.CutPrefix(path, "data/"); ok {
		path = "entries/" + name
	}
	return "tile/" + path
}

// tileReader is a tlog.TileReader that reads the files of an export.
type tileReader struct{ dir string }

func (r tileReader) Height() int { return tileHeight }

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		read, err := readFile(filepath.Join(r.dir, tilePath(tile)))
		if err != nil {
			return nil, err
		}
		data[i] = read
	}
	return data, nil
}

func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
