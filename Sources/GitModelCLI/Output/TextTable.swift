import GitTypes

/// A table as GTO prints it: with a frame for people, or plain for `grep`.
struct TextTable {
    /// How a table looks.
    enum Style {
        /// Lines around and between, as `tabulate`'s `fancy_outline`.
        case outlined
        /// Two spaces between columns and no lines, as `tabulate`'s `plain`.
        case plain
    }

    let headers: [String]
    /// The cells; `nil` is shown as `-`.
    let rows: [[String?]]

    /// The lines of the table, safe to print.
    func lines(_ style: Style) -> [String] {
        let cells = rows.map { row in row.map { ($0 ?? "-").terminalSafe() } }
        let widths = headers.indices.map { column in
            // tabulate leaves two columns of room beside a header, none beside a cell.
            max(headers[column].unicodeScalars.count + 2, cells.map { $0[column].unicodeScalars.count }.max() ?? 0)
        }
        func padded(_ row: [String]) -> [String] {
            zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.unicodeScalars.count)) }
        }
        switch style {
        case .plain:
            return ([headers] + cells).map { row in
                let line = padded(row).joined(separator: "  ")
                return String(line.reversed().drop { $0 == " " }.reversed())
            }
        case .outlined:
            func rule(_ left: String, _ middle: String, _ right: String) -> String {
                left + widths.map { String(repeating: "═", count: $0 + 2) }.joined(separator: middle) + right
            }
            func line(_ row: [String]) -> String { "│ " + padded(row).joined(separator: " │ ") + " │" }
            return [rule("╒", "╤", "╕"), line(headers), rule("╞", "╪", "╡")] + cells.map(line)
                + [rule("╘", "╧", "╛")]
        }
    }
}
