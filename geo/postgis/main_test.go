package postgis_test

import (
	"testing"

	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Prepare) }
