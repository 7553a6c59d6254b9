import GitModelCLI

@main struct GitModel {
    static func main() async { await GitModelCLI.main() }
}
