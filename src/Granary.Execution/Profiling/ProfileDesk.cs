using Granary.Abstractions;
using Granary.Hardware;
using Granary.Profiling;
using Microsoft.Extensions.Hosting;

namespace Granary.Execution.Profiling;

/// <summary>
/// Takes profiles for whoever may ask, a few at once, each on a thread of its own, and keeps them on disk; and, where that is set, profiles the whole machine
/// again and again at a low rate.
/// </summary>
public sealed class ProfileDesk : BackgroundService
{
    private const int Remembered = 64;
    private readonly ProfilingOptions _options;
    private readonly TimeProvider _time;
    private readonly ProfileFiles _files;
    private readonly Func<ProfileTarget, ProfileOptions, CancellationToken, Profile> _take;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<Taking> _taken = [];

    /// <param name="directory">Where profiles are kept.</param>
    public ProfileDesk(string directory, ProfilingOptions options, TimeProvider time)
        : this(directory, options, time, new Profiler(SystemRoot.Machine).Run)
    {
    }

    internal ProfileDesk(string directory, ProfilingOptions options, TimeProvider time, Func<ProfileTarget, ProfileOptions, CancellationToken, Profile> take) =>
        (_options, _time, _take, _files) = (options, time, take, new(directory, options.Kept, options.KeptBytes));

    /// <summary>Begins one and answers at once.</summary>
    /// <param name="task">Of which task it is; empty for none.</param>
    public ProfileAnswer Start(string task, ProfileOrder order, ProfileTarget target)
    {
        if (!_options.Enabled) return ProfileAnswer.Failed("", "this node takes no profiles (Profiling:Enabled is false)");
        if (!TryModes(order.Mode, out var modes)) return ProfileAnswer.Failed("", $"mode '{order.Mode}' is none of cpu, memory, io, all");
        var options = new ProfileOptions { Duration = order.For, Modes = modes };
        try
        {
            options.Validated();
        }
        catch (ArgumentException e)
        {
            return ProfileAnswer.Failed("", e.Message);
        }
        lock (_gate)
        {
            if (_taken.Count(t => !t.Work.IsCompleted) >= _options.AtOnce)
                return ProfileAnswer.Failed("", $"{_options.AtOnce} profiles are being taken on this node, which is as many as it takes at once (Profiling:AtOnce); try again when they have ended");
            var at = _time.GetUtcNow();
            var id = ProfileFiles.IdOf(at, task);
            while (_taken.Exists(t => t.Id == id)) id = ProfileFiles.IdOf(at = at.AddMilliseconds(1), task);
            _taken.Add(new(id, task, Take(id, target, options)));
            while (_taken.Count > Remembered && _taken.Find(t => t.Work.IsCompleted) is { } old) _taken.Remove(old);
            return new(id, ProfileState.Running, "", 0, [], 0, []);
        }
    }

    /// <summary>A piece of a profile, or where it stands.</summary>
    /// <param name="task">Only a profile of this task is given; empty for any.</param>
    public async Task<ProfileAnswer> Read(string task, ProfileRead read)
    {
        Taking? taking;
        lock (_gate) taking = _taken.Find(t => t.Id == read.Id && (task.Length == 0 || t.Task == task));
        if (taking is not null)
        {
            await Task.WhenAny(taking.Work, Task.Delay(read.MaxWait, _time));
            if (!taking.Work.IsCompleted) return new(read.Id, ProfileState.Running, "", 0, [], 0, []);
            if (await taking.Work is { Length: > 0 } error) return ProfileAnswer.Failed(read.Id, error);
        }
        else if (task.Length > 0 && !read.Id.EndsWith("-" + task.Replace('/', '-'), StringComparison.Ordinal)) return Absent();
        return _files.Read(read.Id, read.Offset, read.MaxBytes) is { } piece ? new(read.Id, ProfileState.Done, "", read.Offset, piece.Data, piece.Length, []) : Absent();

        ProfileAnswer Absent() => ProfileAnswer.Failed(read.Id, $"there is no profile '{read.Id}' here (any more); list them to see which there are");
    }

    public ProfileAnswer List(string task) => new("", ProfileState.Done, "", 0, [], 0, [.. _files.List().Where(i => task.Length == 0 || i.Task == task)]);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_options.Enabled || !_options.Continuous) return;
        using var timer = new PeriodicTimer(_options.ContinuousEvery, _time);
        var options = new ProfileOptions { Duration = _options.ContinuousFor, Modes = ProfileModes.Cpu | ProfileModes.Io, Frequency = _options.ContinuousFrequency, LooksPerSecond = 2, MostThreads = 256, Runtime = false };
        do
        {
            try
            {
                await Take(ProfileFiles.IdOf(_time.GetUtcNow(), ""), new() { Name = "this machine, continuously" }, options).WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        while (await Tick(timer, stoppingToken));
    }

    private static async Task<bool> Tick(PeriodicTimer timer, CancellationToken cancel)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // its error in one line, or nothing
    private Task<string> Take(string id, ProfileTarget target, ProfileOptions options) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                _files.Write(id, _take(target, options, _stop.Token));
                return "";
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                return e.Message.ReplaceLineEndings(" ");
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    internal static bool TryModes(string mode, out ProfileModes modes)
    {
        modes = mode switch { "cpu" => ProfileModes.Cpu, "memory" => ProfileModes.Memory, "io" => ProfileModes.Io, "all" or "" => ProfileModes.All, _ => 0 };
        return modes != 0;
    }

    private sealed record Taking(string Id, string Task, Task<string> Work);
}
