using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>Files of series that commands are given.</summary>
internal static class SeriesFile
{
    /// <summary>What to say of one that cannot be read.</summary>
    public static GranaryException Unreadable(string path, Exception error) => GranaryException.Invalid(error switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"{path}: there is no such file; check the path",
        UnauthorizedAccessException when Directory.Exists(path) => $"{path}: is a directory; name a CSV file",
        UnauthorizedAccessException => $"{path}: may not be read; check its permissions",
        _ => $"{path}: cannot be read: {error.Message}",
    });
}
