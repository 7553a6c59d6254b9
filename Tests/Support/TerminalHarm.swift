extension String {
    /// Whether a terminal shows the text as it is: nothing below a space but LF and TAB, no C1, no bidirectional control.
    public var isHarmlessOnTerminal: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0A, 0x09: true
            case ..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xE0000...0xE0FFF:
                false
            default: true
            }
        }
    }
}
