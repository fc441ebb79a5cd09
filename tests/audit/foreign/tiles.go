package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// verifyTiles builds the whole tree from the entries in the bundles, compares its root and every
// tile, and then reads every entry's hash out of the tiles as a client does.
//
// The last alone would not do: before version 0.40 the library's reader takes some tiles without
// holding them against their parents (CVE-2026-56865), and Debian 12 has version 0.7.
func verifyTiles(path string, keys note.Verifiers) (tlog.Tree, error) {
	tree, _, err := readCheckpoint(filepath.Join(path, "checkpoint"), keys)
	if err != nil {
		return tree, err
	}
	tiles := folder(path)
	var built storage
	for _, tile := range across(tree.N, 0) {
		bundle := tile
		bundle.L = -1 // which is how the library names the entries below a tile
		data, err := tiles.read(bundle)
		if err != nil {
			return tree, err
		}
		if built, err = built.withBundle(data, tile); err != nil {
			return tree, fmt.Errorf("%s: %w", tiles.place(bundle), err)
		}
	}
	root, err := tlog.TreeHash(tree.N, built)
	if err != nil {
		return tree, err
	}
	if root != tree.Hash {
		return tree, fmt.Errorf("the entries have the root %v, the checkpoint says %v", root, tree.Hash)
	}
	if err := compareTiles(tree, tiles, built); err != nil {
		return tree, err
	}
	return tree, readAsClient(tree, tiles, built)
}

// across gives the tiles of a level of a tree of `size` entries.
func across(size int64, level int) []tlog.Tile {
	var tiles []tlog.Tile
	for left, n := size>>(tileHeight*level), int64(0); left > 0; left, n = left-tileWidth, n+1 {
		width := left
		if width > tileWidth {
			width = tileWidth
		}
		tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: n, W: int(width)})
	}
	return tiles
}

// withBundle adds the entries of the bundle below a tile, each after its length in two bytes.
func (s storage) withBundle(bundle []byte, tile tlog.Tile) (storage, error) {
	for i := 0; i < tile.W; i++ {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return s, fmt.Errorf("ends within entry %d", i)
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		hashes, err := tlog.StoredHashes(tile.N*tileWidth+int64(i), bundle[2:end], s)
		if err != nil {
			return s, err
		}
		s, bundle = append(s, hashes...), bundle[end:]
	}
	if len(bundle) != 0 {
		return s, errors.New("goes on after its last entry")
	}
	return s, nil
}

// compareTiles holds that each tile is the one that the library makes from the entries.
func compareTiles(tree tlog.Tree, tiles folder, built storage) error {
	for level := 0; tree.N>>(tileHeight*level) > 0; level++ {
		for _, tile := range across(tree.N, level) {
			data, err := tiles.read(tile)
			if err != nil {
				return err
			}
			made, err := tlog.ReadTileData(tile, built)
			if err != nil {
				return err
			}
			if !bytes.Equal(data, made) {
				return fmt.Errorf("%s: is not the tile that the entries give", tiles.place(tile))
			}
		}
	}
	return nil
}

// readAsClient holds that the library's reader finds the same hashes in the tiles.
func readAsClient(tree tlog.Tree, tiles folder, built storage) error {
	reader := tlog.TileHashReader(tree, tiles)
	for _, tile := range across(tree.N, 0) {
		indexes := make([]int64, tile.W)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, tile.N*tileWidth+int64(i))
		}
		read, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, index := range indexes {
			if read[i] != built[index] {
				return fmt.Errorf("%s: a client reads another hash", tiles.place(tile))
			}
		}
	}
	return nil
}

// folder reads tiles from where C2SP tlog-tiles puts them: the library's paths name the height
// too, and call the entries data.
type folder string

func (f folder) place(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

func (f folder) read(tile tlog.Tile) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(f.place(tile))))
}

func (f folder) Height() int { return tileHeight }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		read, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		data[i] = read
	}
	return data, nil
}
