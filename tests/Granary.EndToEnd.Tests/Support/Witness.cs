using System.Globalization;
using Granary.Model;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>
/// Tasks that tell on themselves. Each run holds a file lock that lives as long as any process of the run, and appends one line at its start
/// and one at its end; a run that finds the lock taken says so. So a task that ran twice at once is in the log, whatever was killed when.
/// </summary>
internal sealed class Witness
{
    private const string Script = """
        #!/bin/sh
        # witness.sh DIRECTORY SECONDS EXIT-CODE [GATE]
        name=$(echo "$GRANARY_TASK" | tr / -)
        exec 9>>"$1/$name.lock"
        flock -n 9 || echo "double $GRANARY_TASK $GRANARY_ATTEMPT $$" >> "$1/log"
        echo "start $GRANARY_TASK $GRANARY_ATTEMPT $$" >> "$1/log"
        sleep "$2"
        while [ -n "$4" ] && [ ! -e "$4" ]; do sleep 0.05; done
        echo "end $GRANARY_TASK $GRANARY_ATTEMPT $$" >> "$1/log"
        exit "$3"
        """;

    private readonly string _directory;
    private readonly string _script;

    public Witness(TestServer server)
        : this(server.Root)
    {
    }

    /// <param name="root">Where script, log and locks go; removed by whoever made it.</param>
    public Witness(string root)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "flock (util-linux) is not installed");
        _directory = Path.Combine(root, "witness");
        Directory.CreateDirectory(_directory);
        _script = Path.Combine(root, "witness.sh");
        File.WriteAllText(_script, Script + "\n");
        Gate = Path.Combine(_directory, "gate");
    }

    /// <summary>Gated tasks end once this file exists.</summary>
    public string Gate { get; }

    public TaskSpec Spec(double seconds, int exitCode = 0, bool gated = false)
    {
        var (wait, code) = (seconds.ToString(CultureInfo.InvariantCulture), exitCode.ToString(CultureInfo.InvariantCulture));
        return Specs.Of(["sh", _script, _directory, wait, code, .. gated ? [Gate] : Array.Empty<string>()]) with { Name = "witness" };
    }

    public void OpenGate() => File.WriteAllText(Gate, "");

    public IReadOnlyList<Testimony> Read()
    {
        var log = Path.Combine(_directory, "log");
        if (!File.Exists(log)) return [];
        return [.. File.ReadAllLines(log).Select(l => l.Split(' ')).Select(w => new Testimony(w[0], w[1], int.Parse(w[2], CultureInfo.InvariantCulture), int.Parse(w[3], CultureInfo.InvariantCulture)))];
    }

    public IReadOnlyList<Testimony> Starts(TaskId task) => [.. Read().Where(t => t.What == "start" && t.Task == task.ToString())];

    public int Ends => Read().Count(t => t.What == "end");

    public Task UntilAsync(Func<IReadOnlyList<Testimony>, bool> condition, string otherwise) =>
        Until.TrueAsync(() => Task.FromResult(condition(Read())), () => $"{otherwise}; so far:\n{string.Join('\n', Read())}", TimeSpan.FromSeconds(60));

    public Task UntilStartedAsync(int tasks) =>
        UntilAsync(log => log.Where(t => t.What == "start").Select(t => t.Task).Distinct().Count() >= tasks, $"{tasks} tasks did not start");

    /// <summary>No task ran twice at once, and no attempt was started twice.</summary>
    public void AssertNoneRanTwiceAtOnce()
    {
        var log = Read();
        Assert.DoesNotContain(log, t => t.What == "double");
        Assert.Empty(log.Where(t => t.What == "start").GroupBy(t => (t.Task, t.Attempt)).Where(g => g.Count() > 1).Select(g => g.Key));
    }
}

/// <param name="What"><c>start</c>, <c>end</c> or <c>double</c>.</param>
internal sealed record Testimony(string What, string Task, int Attempt, int ProcessId);
