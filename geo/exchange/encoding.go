package exchange

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"xiangtu/geo"
)

// Encoding is how a file's text is written in bytes.
type Encoding string

// The encodings of texts. GB18030 reads GBK and GB2312 too, which are parts of it.
const (
	UTF8    Encoding = "utf-8"
	GB18030 Encoding = "gb18030"
)

// ParseEncoding reads the name of an encoding; empty is that it is to be detected.
func ParseEncoding(name string) (Encoding, error) {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "-")) {
	case "":
		return "", nil
	case "utf-8", "utf8":
		return UTF8, nil
	case "gb18030", "gbk", "gb2312", "cp936", "936":
		return GB18030, nil
	}
	return "", geo.Invalid("encoding", "unknown encoding %.40q: known are utf-8 and gb18030 (which has GBK and GB2312 in it)", name)
}

// sampleSize is how much of a text its encoding is detected from.
const sampleSize = 1 << 20

// decoded gives a text as UTF-8 without a byte order mark. Where detect is set, a text without one that is not valid
// UTF-8 but valid GB18030 is taken for that.
func decoded(text *bufio.Reader, encoding Encoding, detect bool) *bufio.Reader {
	mark, _ := text.Peek(3)
	switch {
	case bytes.Equal(mark, []byte("\xef\xbb\xbf")):
		_, _ = text.Discard(len(mark)) // they are in the buffer
		return text
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM) // as Excel writes «Unicode text»
		return bufio.NewReaderSize(utf16.NewDecoder().Reader(text), bufferSize)
	}
	if encoding == "" && detect {
		// A buffer of that size is there only for as long as a text may need it.
		large := bufio.NewReaderSize(text, sampleSize)
		sample, err := large.Peek(sampleSize)
		if encoding = UTF8; !validUTF8(sample, err == nil) && validGB18030(sample, err == nil) {
			encoding = GB18030
		}
		text = large
	}
	if encoding == GB18030 {
		return bufio.NewReaderSize(simplifiedchinese.GB18030.NewDecoder().Reader(text), bufferSize)
	}
	return text
}

// validUTF8 tells whether a sample is UTF-8; where it is cut, its last character may be cut too.
func validUTF8(sample []byte, cut bool) bool {
	for n := range utf8.UTFMax {
		if utf8.Valid(sample[:max(0, len(sample)-n)]) {
			return true
		}
		if !cut {
			return false
		}
	}
	return false
}

// validGB18030 tells the same for GB18030.
func validGB18030(sample []byte, cut bool) bool {
	_, valid := fromGB18030(sample, cut)
	return valid
}

// fromGB18030 gives a text in GB18030 as UTF-8, and tells whether it is valid.
func fromGB18030(sample []byte, cut bool) (text []byte, valid bool) {
	const longest = 4 // bytes of a character
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(sample)
	if err != nil {
		return nil, false
	}
	broken := bytes.IndexRune(text, utf8.RuneError)
	return text, broken < 0 || cut && broken >= len(text)-longest*utf8.UTFMax
}

// unpacked gives the content of a stream: what is gzip is unpacked.
func unpacked(r io.Reader) (*bufio.Reader, error) {
	packed := bufio.NewReaderSize(r, bufferSize)
	if magic, _ := packed.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return packed, nil
	}
	unpacked, err := newGzip(packed)
	if err != nil {
		return nil, readError(err)
	}
	return bufio.NewReaderSize(unpacked, bufferSize), nil
}
