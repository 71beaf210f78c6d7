package cluster

import "testing"

func TestSettingsFollowTheMachineWithinBounds(t *testing.T) {
	tests := []struct {
		memory       int64
		shared, work string
	}{
		{memory: 128 * mebibyte, shared: "32MB", work: "4MB"},
		{memory: gibibyte, shared: "128MB", work: "4MB"},
		{memory: 8 * gibibyte, shared: "256MB", work: "32MB"},
		{memory: 1024 * gibibyte, shared: "256MB", work: "64MB"},
	}
	for _, test := range tests {
		s := settings(test.memory, 2, false)
		if s["shared_buffers"] != test.shared || s["work_mem"] != test.work {
			t.Errorf("%d bytes give %s and %s, want %s and %s", test.memory, s["shared_buffers"], s["work_mem"], test.shared, test.work)
		}
		if s["fsync"] != "" {
			t.Error("fsync is set")
		}
	}
}
