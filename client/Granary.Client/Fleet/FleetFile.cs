using System.Text;
using Granary.Model;

namespace Granary.Client;

/// <summary>What reading a fleet file gave: the fleet, or what is wrong with the file.</summary>
/// <param name="Fleet">Null when there are problems.</param>
/// <param name="Problems">Sorted by line, at most <see cref="FleetFile.MaxProblems"/>.</param>
/// <param name="MoreProblems">How many further problems there are.</param>
public sealed record FleetFileResult(FleetSpec? Fleet, IReadOnlyList<FleetProblem> Problems, int MoreProblems)
{
    public bool IsValid => Fleet is not null;

    /// <summary>The fleet.</summary>
    /// <exception cref="GranaryException">Invalid, with a line for each problem.</exception>
    public FleetSpec OrThrow() => Fleet ?? throw GranaryException.Invalid(Describe());

    private string Describe()
    {
        var lines = string.Join('\n', Problems);
        return MoreProblems == 0 ? lines : $"{lines}\n{Problems[0].File}: and {MoreProblems} more";
    }
}

/// <summary>Reads and writes fleet files, YAML or JSON (docs/fleet-files.md). Files are not trusted: whatever they hold, reading ends soon with a result.</summary>
public static class FleetFile
{
    public const int MaxBytes = 8 * 1024 * 1024;
    public const int MaxProblems = 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file. Anything wrong with it, its absence too, is a problem in the result.</summary>
    public static FleetFileResult Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (Directory.Exists(path)) return Refused(path, "is a directory; give a fleet file in it");
            var info = new FileInfo(path);
            if (!info.Exists) return Refused(path, "there is no such file; check the path");
            if (info.Length > MaxBytes) return TooLarge(path, $"{info.Length / (1024 * 1024)} MiB");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Read(stream, path);
        }
        catch (UnauthorizedAccessException)
        {
            return Refused(path, "may not be read by this user; check its permissions");
        }
        catch (Exception e) when (e is IOException or NotSupportedException or ArgumentException)
        {
            return Refused(path, $"cannot be read: {Quoting.Clip(e.Message, 200)}");
        }
    }

    /// <summary>Reads what a stream holds, up to the size limit; for standard input.</summary>
    public static FleetFileResult Read(Stream stream, string fileName)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            if (content.Length + read > MaxBytes) return TooLarge(fileName, "more");
            content.Write(buffer, 0, read);
        }
        return Parse(content.GetBuffer().AsSpan(0, (int)content.Length), fileName);
    }

    /// <summary>Reads text that is in memory already.</summary>
    public static FleetFileResult Parse(string text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxBytes) return TooLarge(fileName, "more");
        if (text.StartsWith('\uFEFF')) text = text[1..];
        return ParseText(text, fileName);
    }

    /// <summary>The fleet as YAML; reading it gives an equal fleet.</summary>
    public static string WriteYaml(FleetSpec fleet) => YamlText.Of(FleetTree.Of(fleet));

    /// <summary>The fleet as JSON; reading it gives an equal fleet.</summary>
    public static string WriteJson(FleetSpec fleet) => JsonText.Of(FleetTree.Of(fleet));

    private static FleetFileResult Parse(ReadOnlySpan<byte> bytes, string fileName)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return Refused(fileName, "is UTF-16 text; save it as UTF-8");
        try
        {
            return ParseText(Strict.GetString(bytes), fileName);
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes[..Math.Min(Math.Max(e.Index, 0), bytes.Length)].Count((byte)'\n');
            return Refused(fileName, "is not UTF-8 text; give a YAML or JSON fleet file", line);
        }
    }

    private static FleetFileResult ParseText(string text, string fileName)
    {
        var problems = new FleetProblems(fileName);
        if (text.AsSpan().IndexOfAny(TreeLimits.Binary) is var binary and >= 0)
        {
            var line = 1 + text.AsSpan(0, binary).Count('\n');
            return Refused(fileName, $"holds binary data (character {(int)text[binary]}); give a YAML or JSON fleet file", line);
        }
        if (string.IsNullOrWhiteSpace(text)) return Refused(fileName, "is empty; a fleet file has at least 'tasks:' or 'agents:'", 1);
        var root = Tree(text, fileName, problems);
        if (root is null) return Result(null, problems);
        var fleet = FleetReader.Read(root, problems);
        FleetRules.Check(fleet, problems);
        return Result(fleet, problems);
    }

    internal static FleetNode? Tree(string text, string fileName, FleetProblems problems)
    {
        if (fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return JsonTree.Parse(text, problems);
        // YAML's flow style looks like JSON, but its parsers do not read every JSON text: what is JSON is read as JSON.
        if (text.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            var asJson = new FleetProblems(fileName);
            if (JsonTree.Parse(text, asJson) is { } node && asJson.Count == 0) return node;
        }
        return YamlTree.Parse(text, problems);
    }

    private static FleetFileResult Result(FleetSpec? fleet, FleetProblems problems)
    {
        if (problems.Count == 0) return new FleetFileResult(fleet, [], 0);
        var shown = problems.First(MaxProblems);
        return new FleetFileResult(null, shown, problems.Count - shown.Count);
    }

    private static FleetFileResult TooLarge(string fileName, string size) =>
        Refused(fileName, $"is {size} large; a fleet file may have up to 8 MiB, and arrays of tasks are written with 'count'");

    private static FleetFileResult Refused(string fileName, string message, int line = 0) =>
        new(null, [new FleetProblem(fileName, line, message)], 0);
}
