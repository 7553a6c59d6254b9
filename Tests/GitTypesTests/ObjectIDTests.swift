import GitTypes
import Testing

@Suite struct ObjectIDTests {
    @Test func `reads and writes forty hexadecimal digits`() throws {
        let text = "8a1eb65b338b194b1579b3436cbba09fb7edb0c7"
        let id = try #require(ObjectID(text))
        #expect(id.description == text)
        #expect(ObjectID(bytes: id.bytes) == id)
        #expect(id.short == "8a1eb65")
    }
}
