// A verifier of the gateway's audit log that shares no code with the gateway.
//
// Hashing, proofs, tiles and signed notes are those of the Go project's reference library
// (golang.org/x/mod/sumdb: note and tlog). What is written here only finds the files and takes
// them apart, so that whatever it accepts, another project's code has accepted.
//
//	verifier log DIR KEY                     entries.jsonl and checkpoint of an export
//	verifier receipt FILE KEY                a C2SP tlog-proof whose extra data is the entry
//	verifier tiles DIR KEY                   a C2SP tlog-tiles folder: every tile, every entry
//	verifier consistency OLD NEW PROOF KEY   two checkpoints; one base64 hash a line in PROOF
//
// KEY is a file of verifier keys, one a line, the log's first. Prints "accepted SIZE ROOT" and
// ends with 0, or says what is wrong and ends with 1. It ends with 3 if it is called wrongly; Go
// itself ends a program that crashed with 2, which is not a refusal.
package main

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	accepted, refused, misused = 0, 1, 3

	largest = 1 << 48 // entries; the library's arithmetic fails near 2**63
)

var errUsage = errors.New("usage: verifier log|receipt|tiles|consistency FILE... KEY")

func main() {
	tree, err := verify(os.Args[1:])
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(misused)
	case err != nil:
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(refused)
	}
	fmt.Println("accepted", tree.N, tree.Hash)
	os.Exit(accepted)
}

func verify(arguments []string) (tlog.Tree, error) {
	wanted := map[string]int{"log": 3, "receipt": 3, "tiles": 3, "consistency": 5}
	if len(arguments) == 0 || len(arguments) != wanted[arguments[0]] {
		return tlog.Tree{}, errUsage
	}
	keys, err := readKeys(arguments[len(arguments)-1])
	if err != nil {
		return tlog.Tree{}, err
	}
	switch files := arguments[1 : len(arguments)-1]; arguments[0] {
	case "log":
		return verifyLog(files[0], keys)
	case "receipt":
		return verifyReceipt(files[0], keys)
	case "tiles":
		return verifyTiles(files[0], keys)
	default:
		return verifyConsistency(files[0], files[1], files[2], keys)
	}
}

// readKeys gives the keys in a file. The first must be one that the library knows; what is of
// another kind after it, as a witness's, vouches for nothing here.
func readKeys(path string) (note.Verifiers, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []note.Verifier
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		key, err := note.NewVerifier(line)
		if err == nil {
			keys = append(keys, key)
		} else if i == 0 {
			return nil, fmt.Errorf("key: %w", err)
		}
	}
	return note.VerifierList(keys...), nil
}

// openCheckpoint gives the tree that a signed checkpoint commits to, and the log's name, which
// must be that of a key that signed it.
func openCheckpoint(data []byte, keys note.Verifiers) (tlog.Tree, string, error) {
	opened, err := note.Open(data, keys)
	if err != nil {
		return tlog.Tree{}, "", fmt.Errorf("checkpoint: %w", err)
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	// the library reads its own log's checkpoints alone; only the first line is different
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	if err != nil {
		return tlog.Tree{}, "", fmt.Errorf("checkpoint: %w", err)
	}
	if tree.N < 1 || tree.N > largest {
		return tlog.Tree{}, "", fmt.Errorf("checkpoint: nothing can be proved of %d entries", tree.N)
	}
	for _, signature := range opened.Sigs {
		if signature.Name == origin {
			return tree, origin, nil
		}
	}
	return tlog.Tree{}, "", fmt.Errorf("checkpoint: the log %q has not signed it", origin)
}

func readCheckpoint(path string, keys note.Verifiers) (tlog.Tree, string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, "", err
	}
	return openCheckpoint(data, keys)
}

// verifyLog builds the whole tree from the entries, one a line, and compares its root.
func verifyLog(folder string, keys note.Verifiers) (tlog.Tree, error) {
	tree, _, err := readCheckpoint(filepath.Join(folder, "checkpoint"), keys)
	if err != nil {
		return tree, err
	}
	file, err := os.Open(filepath.Join(folder, "entries.jsonl"))
	if err != nil {
		return tree, err
	}
	defer file.Close()
	var stored storage
	count := int64(0)
	for lines := bufio.NewReader(file); ; count++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			break
		}
		if err != nil {
			return tree, fmt.Errorf("entry %d: %w", count, err)
		}
		hashes, err := tlog.StoredHashes(count, line[:len(line)-1], stored)
		if err != nil {
			return tree, err
		}
		stored = append(stored, hashes...)
	}
	if count != tree.N {
		return tree, fmt.Errorf("there are %d entries, the checkpoint says %d", count, tree.N)
	}
	root, err := tlog.TreeHash(count, stored)
	if err == nil && root != tree.Hash {
		err = fmt.Errorf("the entries have the root %v, the checkpoint says %v", root, tree.Hash)
	}
	return tree, err
}

// storage holds hashes in the order in which the library numbers them.
type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s[index]
	}
	return hashes, nil
}

// verifyReceipt holds that the entry in a receipt stands at its place in the log.
func verifyReceipt(path string, keys note.Verifiers) (tlog.Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	head, checkpoint, _ := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return tlog.Tree{}, errors.New("receipt: not a proof with an entry")
	}
	entry, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("receipt: %w", err)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("receipt: %w", err)
	}
	proof, err := parseHashes(lines[3:])
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, _, err := openCheckpoint([]byte(checkpoint), keys)
	if err != nil {
		return tree, err
	}
	return tree, tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// verifyConsistency holds that the older tree is the beginning of the newer one.
func verifyConsistency(old, new, path string, keys note.Verifiers) (tlog.Tree, error) {
	older, oldOrigin, err := readCheckpoint(old, keys)
	if err != nil {
		return older, err
	}
	newer, newOrigin, err := readCheckpoint(new, keys)
	if err != nil {
		return newer, err
	}
	if oldOrigin != newOrigin {
		return newer, errors.New("the checkpoints are of two logs")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return newer, err
	}
	proof, err := parseHashes(strings.Fields(string(data)))
	if err != nil {
		return newer, err
	}
	return newer, tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash)
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil || hash.String() != line {
			return nil, fmt.Errorf("proof: hash %d is malformed", i)
		}
		hashes[i] = hash
	}
	return hashes, nil
}
