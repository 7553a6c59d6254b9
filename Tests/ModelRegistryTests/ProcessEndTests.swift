import TestSupport
import Testing

/// How the program ends.
@Suite struct ProcessEndTests {
    /// Says that libraries' own ends ran.
    private static let library = """
        #include <stdio.h>
        #include <stdlib.h>
        __attribute__((destructor)) static void end(void) {
            const char *path = getenv("ENDED");
            if (path) fclose(fopen(path, "w"));
        }
        """

    /// OpenSSL's end frees what a thread that still closes a connection uses; that ended downloads with a crash.
    @Test(arguments: ["show", "show nope", "--version", "nonsense", "download churn", "show > /dev/full"])
    func `no library's own end runs beside the threads that use it`(command: String) throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("cat > end.c <<'END'\n\(Self.library)\nEND\ncc -shared -fPIC -o end.so end.c")
        _ = try sandbox.run("LD_PRELOAD=$PWD/../end.so ENDED=$PWD/ended git-model \(command)", in: "repo")
        #expect(try sandbox.run("ls ended", in: "repo").status != 0)
        // The library is one that says so.
        try sandbox.succeed("LD_PRELOAD=$PWD/../end.so ENDED=$PWD/ended /bin/true && ls ended", in: "repo")
    }
}
