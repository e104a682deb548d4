using System.CommandLine;
using System.Text;
using Granary.Cli.CommandLine;
using Granary.Model;
using Granary.Profiling;

namespace Granary.Cli.Commands;

/// <summary>Files that a profile is written to.</summary>
internal sealed class ProfileFilesOptions
{
    private readonly Option<FileInfo?> _html = new("--html") { Description = "write flame graph and timeline there, as one page that needs nothing else", HelpName = "FILE" };
    private readonly Option<FileInfo?> _speedscope = new("--json") { Description = "write it there as JSON in speedscope's format, which 'profile diff' reads too", HelpName = "FILE" };
    private readonly Option<FileInfo?> _folded = new("--folded") { Description = "write its first kind of samples there as folded stacks", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_html);
        command.Add(_speedscope);
        command.Add(_folded);
    }

    public void Write(Call call, Profile profile, IReadOnlyList<Bottleneck> found)
    {
        if (call.Get(_html) is { } html) Write(call, html, ProfilePage.Of(profile, [.. found.Select(b => (b.Severity.ToString().ToLowerInvariant(), b.What, b.Suggestion))]));
        if (call.Get(_speedscope) is { } json) Write(call, json, Encoding.UTF8.GetString(SpeedscopeFile.Write(profile)));
        if (call.Get(_folded) is { } folded) Write(call, folded, profile.Tracks.FirstOrDefault(t => t.Samples.Count > 0) is { } track ? FoldedStacks.Write(profile.Stacks, track) : "");
    }

    public static void Write(Call call, FileInfo file, string text)
    {
        try
        {
            File.WriteAllText(file.FullName, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GranaryException.Invalid($"{file.FullName} cannot be written: {e.Message}");
        }
        call.Note($"written to {file.FullName}");
    }
}
