package communes

import (
	"cmp"
	"math"
	"slices"
)

// Tile is a cell of a fixed grid over the world, a tenth of a degree of
// latitude by 0.15 of longitude: some 11 km by 11 in France. Who is somewhere
// is found by radius in a tile and never more exactly.
type Tile int32

const (
	tileLat, tileLon = 0.1, 0.15 // degrees
	columns          = 2400      // of the grid, 360° by tileLon
	wide             = 5         // tiles on each side of a wide cell
)

// Tile returns the cell of the commune.
func (c Commune) Tile() Tile {
	row, column := c.cell()
	return Tile(row*columns + column)
}

// WideTile returns the tile in the middle of the wide cell that holds the
// commune, 0.5° by 0.75°: where those are found who hide their commune. All
// communes of one wide cell have the same, so that no number of searches tells
// them apart.
func (c Commune) WideTile() Tile {
	row, column := c.cell()
	return Tile((row/wide*wide+wide/2)*columns + column/wide*wide + wide/2)
}

func (c Commune) cell() (row, column int) {
	return int(math.Floor((c.Lat + 90) / tileLat)), int(math.Floor((c.Lon + 180) / tileLon))
}

// centre is in degrees.
func (t Tile) centre() (lat, lon float64) {
	return (float64(t/columns)+0.5)*tileLat - 90, (float64(t%columns)+0.5)*tileLon - 180
}

// Near returns the tiles whose middle is within km kilometres of the middle of
// the commune's tile, the nearest first and of equally near ones the lower
// first. Its own is always there. Nothing for a code that there is not.
func Near(code string, km int) []Tile {
	c, ok := Get(code)
	if !ok {
		return nil
	}
	home := c.Tile()
	lat, lon := home.centre()
	rows := int(float64(km)/(kmPerDegree*tileLat)) + 1
	across := int(float64(km)/(kmPerDegree*tileLon*math.Cos(lat*math.Pi/180))) + 1
	type near struct {
		tile Tile
		km   float64
	}
	var found []near
	for row := -rows; row <= rows; row++ {
		for column := -across; column <= across; column++ {
			t := home + Tile(row*columns+column)
			tLat, tLon := t.centre()
			if away := distance(lat, lon, tLat, tLon); away <= float64(km) {
				found = append(found, near{t, math.Round(away*1000) / 1000})
			}
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.km, b.km), cmp.Compare(a.tile, b.tile))
	})
	tiles := make([]Tile, len(found))
	for i, n := range found {
		tiles[i] = n.tile
	}
	return tiles
}

const (
	earth       = 6371.0 // mean radius, km
	kmPerDegree = earth * math.Pi / 180
)

// distance is the great circle's, in kilometres, by the haversine formula.
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	rad := math.Pi / 180
	sinLat, sinLon := math.Sin((lat2-lat1)*rad/2), math.Sin((lon2-lon1)*rad/2)
	h := sinLat*sinLat + math.Cos(lat1*rad)*math.Cos(lat2*rad)*sinLon*sinLon
	return 2 * earth * math.Asin(math.Sqrt(h))
}
