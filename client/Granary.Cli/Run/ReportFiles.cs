using System.Globalization;
using Granary.Cli.Output;

namespace Granary.Cli.Run;

/// <summary>Keeps a report in the server's data directory: the whole table as text, and the same as JSON.</summary>
internal static class ReportFiles
{
    /// <summary>The folder it made; null, with the reason, when it could not.</summary>
    public static (string? Folder, string? Why) Write(string dataDirectory, RunReport report, DateTimeOffset now)
    {
        var folder = Path.Combine(dataDirectory, "reports", now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllLines(Path.Combine(folder, "report.txt"), ReportText.Lines(report, 0, []));
            using var json = File.CreateText(Path.Combine(folder, "report.json"));
            DocumentWriter.WriteJson(json, ReportJson.Of(report));
            return (folder, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }
}
