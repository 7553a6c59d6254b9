import GitTypes
import RegistryCore

/// The options of one remote, taken out one by one; what is left is not known.
struct DVCOptions {
    private var settings: [String: DVCConfiguration.Setting]

    init(_ settings: [String: DVCConfiguration.Setting]) { self.settings = settings }

    /// The keys that nobody took, sorted.
    var otherKeys: [String] { settings.keys.sorted() }

    /// The text of a setting.
    static func text(_ setting: DVCConfiguration.Setting, of key: String) throws(RegistryError) -> String {
        guard case .text(let text) = setting.value else {
            throw refusal(setting, "\(key) is a list", hint: "put the value in quotes")
        }
        return text
    }

    mutating func text(_ key: String) throws(RegistryError) -> String? {
        guard let setting = settings.removeValue(forKey: key) else { return nil }
        return try Self.text(setting, of: key)
    }

    mutating func secret(_ key: String) throws(RegistryError) -> Secret? {
        try text(key).map { Secret($0) }
    }

    mutating func bool(_ key: String) throws(RegistryError) -> Bool? {
        guard let setting = settings[key], let text = try text(key) else { return nil }
        guard let value = Bool(text.lowercased()) else {
            throw Self.refusal(
                setting, "\(key) is '\(text.terminalSafe(limit: 60))'", hint: "write \(key) = true or \(key) = false")
        }
        return value
    }

    mutating func count(_ key: String, atMost limit: Int) throws(RegistryError) -> Int? {
        guard let setting = settings[key], let text = try text(key) else { return nil }
        guard let value = Int(text), (0...limit).contains(value) else {
            throw Self.refusal(
                setting, "\(key) is '\(text.terminalSafe(limit: 60))'", hint: "write a number from 0 to \(limit)")
        }
        return value
    }

    mutating func seconds(_ key: String) throws(RegistryError) -> Double? {
        guard let setting = settings[key], let text = try text(key) else { return nil }
        guard let value = Double(text), value.isFinite, value >= 0 else {
            throw Self.refusal(
                setting, "\(key) is '\(text.terminalSafe(limit: 60))'", hint: "write seconds, such as 30")
        }
        return value
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, of type: Choice.Type
    ) throws(RegistryError) -> Choice? where Choice.RawValue == String {
        guard let setting = settings[key], let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text.lowercased()) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.refusal(setting, "\(key) is '\(text.terminalSafe(limit: 60))'", hint: "write one of \(words)")
        }
        return choice
    }

    private static func refusal(
        _ setting: DVCConfiguration.Setting, _ problem: String, hint: String
    ) -> RegistryError {
        .inFile(setting.file, setting.mark, problem, hint: hint)
    }
}
