@main struct GitModel { static func main() {} }
