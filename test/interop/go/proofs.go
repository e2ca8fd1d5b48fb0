package main

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// verifyReceipt checks a C2SP tlog-proof: that the log sealed exactly these bytes.
func verifyReceipt(receiptPath, entryPath, vkey string) (string, error) {
	log, err := readKey(vkey)
	if err != nil {
		return "", err
	}
	receipt, err := readFile(receiptPath)
	if err != nil {
		return "", err
	}
	entry, err := readFile(entryPath)
	if err != nil {
		return "", err
	}
	head, checkpoint, err := splitProof(string(receipt))
	if err != nil {
		return "", err
	}
	if head[0] != "c2sp.org/tlog-proof@v1" {
		return "", fmt.Errorf("receipt: it begins with %q", head[0])
	}
	head = head[1:]
	if len(head) > 0 && strings.HasPrefix(head[0], "extra ") {
		head = head[1:]
	}
	index, hashes, err := parseProof(head, "index ")
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint([]byte(checkpoint), log)
	if err != nil {
		return "", err
	}
	if err := tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return "", fmt.Errorf("receipt: entry %d of %d: %v", index, tree.N, err)
	}
	return fmt.Sprintf("entry %d of %d", index, tree.N), nil
}

// verifyGrowth checks the body of a C2SP tlog-witness add-checkpoint: that the log only grew.
func verifyGrowth(oldPath, proofPath, vkey string) (string, error) {
	log, err := readKey(vkey)
	if err != nil {
		return "", err
	}
	oldText, err := readFile(oldPath)
	if err != nil {
		return "", err
	}
	proof, err := readFile(proofPath)
	if err != nil {
		return "", err
	}
	old, err := openCheckpoint(oldText, log)
	if err != nil {
		return "", err
	}
	head, checkpoint, err := splitProof(string(proof))
	if err != nil {
		return "", err
	}
	oldSize, hashes, err := parseProof(head, "old ")
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint([]byte(checkpoint), log)
	if err != nil {
		return "", err
	}
	if oldSize != old.N {
		return "", fmt.Errorf("growth: the proof starts at %d, the old checkpoint is of %d", oldSize, old.N)
	}
	if err := tlog.CheckTree(hashes, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return "", fmt.Errorf("growth: from %d to %d entries: %v", old.N, tree.N, err)
	}
	return fmt.Sprintf("grown from %d to %d entries", old.N, tree.N), nil
}

// splitProof separates the lines of a proof from the checkpoint behind the first empty line.
func splitProof(text string) (head []string, checkpoint string, err error) {
	before, checkpoint, found := strings.Cut(text, "\n\n")
	if !found {
		return nil, "", fmt.Errorf("proof: no empty line before the checkpoint")
	}
	return strings.Split(before, "\n"), checkpoint, nil
}

// parseProof reads a line with a number behind a word, and one hash a line after it.
func parseProof(lines []string, word string) (int64, []tlog.Hash, error) {
	if len(lines) == 0 || !strings.HasPrefix(lines[0], word) {
		return 0, nil, fmt.Errorf("proof: no line that begins with %q", word)
	}
	number, err := parseNumber(strings.TrimPrefix(lines[0], word))
	if err != nil {
		return 0, nil, fmt.Errorf("proof: %v", err)
	}
	hashes := []tlog.Hash{}
	for _, line := range lines[1:] {
		hash, err := parseHash(line)
		if err != nil {
			return 0, nil, fmt.Errorf("proof: %v", err)
		}
		hashes = append(hashes, hash)
	}
	return number, hashes, nil
}
