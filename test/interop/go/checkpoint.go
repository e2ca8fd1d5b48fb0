package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// openCheckpoint answers the tree head of a checkpoint that the log signed. The log's key has the log's origin as its name.
func openCheckpoint(text []byte, log note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(log))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %v", err)
	}
	// tlog.ParseTree reads only the checkpoints of the Go checksum database.
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %d lines instead of 3", len(lines)-1)
	}
	if lines[0] != log.Name() {
		return tlog.Tree{}, fmt.Errorf("checkpoint: it is of the log %s", lines[0])
	}
	size, err := parseNumber(lines[1])
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: size: %v", err)
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: root: %v", err)
	}
	return tlog.Tree{N: size, Hash: root}, nil
}

func parseNumber(text string) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 0 || strconv.FormatInt(value, 10) != text {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return value, nil
}

func parseHash(text string) (tlog.Hash, error) {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != tlog.HashSize {
		return tlog.Hash{}, fmt.Errorf("%q is no hash in base64", text)
	}
	return tlog.Hash(data), nil
}
