using System.CommandLine;
using System.Globalization;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Hardware;
using Granary.Model;
using Granary.Profiling;

namespace Granary.Cli.Commands;

/// <summary><c>profile PID|TASK|NODE</c>: a profile and its bottlenecks; <c>profile diff A B</c>; <c>profile list NODE</c>.</summary>
internal static class ProfileCommand
{
    public static Command Create(CommandScope scope)
    {
        var target = new Argument<string>("target") { Description = "a process of this machine (its number), a task (POOL/NUMBER), or a node", HelpName = "PID|TASK|NODE" };
        var span = new Option<TimeSpan?>("--for") { Description = "how long (default: 30s)", HelpName = "DURATION", CustomParser = Parse.Duration("--for") };
        var mode = new Option<ProfileModes>("--mode") { Description = "cpu, memory, io (waits) or all (default: all)", HelpName = "MODE", DefaultValueFactory = _ => ProfileModes.All, CustomParser = Parse.Word<ProfileModes>("--mode") };
        var kept = new Option<string?>("--id") { Description = "not a new profile, but one that the node keeps ('granary profile list NODE')", HelpName = "ID" };
        var files = new ProfileFilesOptions();
        var command = new Command("profile", "where a process, a task or a node spends its time and memory, and what holds it up") { target, span, mode, kept };
        files.AddTo(command);
        command.Add(Difference(scope));
        command.Add(List(scope));
        command.Add(ProfileReportCommand.Create(scope));
        return scope.Does(command, async (call, cancel) =>
        {
            var (profile, report) = await Take(call, call.Get(target)!, call.Get(span) ?? TimeSpan.FromSeconds(30), call.Get(mode), call.Get(kept), cancel);
            var found = ProfileFacts.Bottlenecks(profile, new());
            files.Write(call, profile, found);
            ProfileText.Show(call, profile, found, report);
            return ExitCodes.Done;
        });
    }

    private static async Task<(Profile, UseReportJson?)> Take(Call call, string target, TimeSpan span, ProfileModes mode, string? kept, CancellationToken cancel)
    {
        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return (await Local(pid, span, mode, cancel), null);
        var client = await call.Connect(cancel);
        if (target.Contains('/', StringComparison.Ordinal))
        {
            if (kept is not null) throw GranaryException.Invalid("--id is for a node's profiles; name the node");
            var task = await Lookup.Task(client, target, cancel);
            var node = (await client.GetAsync(task, cancel)).Node;
            var taken = Read(task.ToString(), await client.ProfileTaskAsync(task, span, Words.Snake(mode), cancel));
            return (taken, await Report(client, node, [task], cancel));
        }
        var name = await Lookup.Node(client, target, cancel);
        if (kept is not null) return (Read(kept, await client.ReadProfileAsync(name, kept, cancel)), null);
        return (Read(name, await client.ProfileNodeAsync(name, span, Words.Snake(mode), 0, cancel)), await Report(client, name, [], cancel));
    }

    private static async Task<UseReportJson?> Report(Client.GranaryClient client, string node, IReadOnlyList<TaskId> tasks, CancellationToken cancel)
    {
        try
        {
            return (await client.ReportAsync(node, tasks, cancel)).FirstOrDefault();
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Unavailable)
        {
            return null; // a profile is worth showing without what telemetry would add
        }
    }

    private static Task<Profile> Local(int pid, TimeSpan span, ProfileModes mode, CancellationToken cancel) => Task.Factory.StartNew(
        () =>
        {
            var name = SystemRoot.Machine.Read($"/proc/{pid}/comm");
            var options = new ProfileOptions { Duration = span, Modes = mode };
            try
            {
                var profile = new Profiler(SystemRoot.Machine).Run(new() { Name = name is null ? $"process {pid}" : $"process {pid} ({name})", Pid = pid }, options, cancel);
                cancel.ThrowIfCancellationRequested();
                return profile;
            }
            catch (ProfileTargetException e)
            {
                throw name is null ? GranaryException.NotFound(e.Message + "; a task is written POOL/NUMBER") : GranaryException.Refused(e.Message);
            }
            catch (ArgumentException e)
            {
                throw GranaryException.Invalid($"--for: {e.Message}");
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    internal static Profile Read(string name, byte[] bytes)
    {
        try
        {
            return ProfileArchive.Read(name, bytes);
        }
        catch (FormatException e)
        {
            throw GranaryException.Invalid($"{name}: {e.Message}");
        }
    }

    private static Command Difference(CommandScope scope)
    {
        var before = new Argument<FileInfo>("before") { HelpName = "A", Description = "a profile: speedscope JSON (also .gz) or folded stacks" };
        var after = new Argument<FileInfo>("after") { HelpName = "B", Description = "a later one" };
        var html = new Option<FileInfo?>("--html") { Description = "write a differential flame graph there", HelpName = "FILE" };
        return scope.Does(new Command("diff", "what changed from one profile to another") { before, after, html }, (call, _) =>
        {
            var difference = ProfileDifference.Of(Load(call.Get(before)!), Load(call.Get(after)!));
            if (call.Get(html) is { } file) ProfileFilesOptions.Write(call, file, ProfilePage.Of(difference));
            ProfileText.Show(call, difference);
            return Task.FromResult(ExitCodes.Done);
        });

        static Profile Load(FileInfo file)
        {
            try
            {
                return Read(file.Name, File.ReadAllBytes(file.FullName));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw e is FileNotFoundException or DirectoryNotFoundException ? GranaryException.NotFound($"there is no file {file.FullName}") : GranaryException.Invalid($"{file.FullName}: {e.Message}");
            }
        }
    }

    private static Command List(CommandScope scope)
    {
        var node = new Argument<string>("node") { HelpName = "NODE" };
        return scope.Does(new Command("list", "profiles that a node keeps, newest first") { node }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var name = await Lookup.Node(client, call.Get(node)!, cancel);
            call.Write(await client.ProfilesAsync(name, cancel), ProfileText.Items(call.Now));
            return ExitCodes.Done;
        });
    }
}
