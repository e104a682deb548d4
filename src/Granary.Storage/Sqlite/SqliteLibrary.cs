using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Granary.Storage;

/// <summary>
/// Which SQLite serves. The package carries one that is some years old; the machine's own is taken where it is newer, so that a
/// distribution's fixes count.
/// </summary>
public static class SqliteLibrary
{
    private const string Bundled = "e_sqlite3";
    private static readonly string[] SystemNames = ["libsqlite3.so.0", "libsqlite3.dylib"];
    private static readonly Lazy<(string Version, string Source)> Loaded = new(Load);

    /// <summary>For example <c>3.40.1</c>.</summary>
    public static string Version => Loaded.Value.Version;

    /// <summary><c>system</c> or <c>bundled</c>.</summary>
    public static string Source => Loaded.Value.Source;

    internal static void EnsureLoaded() => _ = Loaded.Value;

    private static (string Version, string Source) Load()
    {
        var provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
        var system = NewerSystemLibrary(provider);
        if (system != 0)
        {
            try
            {
                NativeLibrary.SetDllImportResolver(provider, (name, _, _) => name == Bundled ? system : 0);
            }
            catch (InvalidOperationException)
            {
                // another library of this process has redirected it first; what it chose serves
            }
        }
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        if (raw.sqlite3_threadsafe() == 0)
            throw new StorageException("this machine's SQLite was built without threads: install the distribution's libsqlite3 again");
        var number = raw.sqlite3_libversion_number();
        return (raw.sqlite3_libversion().utf8_to_string(), system != 0 && VersionOf(system) == number ? "system" : "bundled");
    }

    private static nint NewerSystemLibrary(Assembly provider)
    {
        foreach (var name in SystemNames)
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            var bundled = NativeLibrary.TryLoad(Bundled, provider, null, out var own) ? VersionOf(own) : 0;
            if (own != 0) NativeLibrary.Free(own);
            if (VersionOf(library) > bundled) return library;
            NativeLibrary.Free(library);
        }
        return 0;
    }

    private static unsafe int VersionOf(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var export) ? ((delegate* unmanaged[Cdecl]<int>)export)() : 0;
}
