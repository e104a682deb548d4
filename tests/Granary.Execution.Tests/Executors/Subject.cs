using System.Globalization;
using System.Text;
using Granary.Abstractions;
using Granary.Execution.Handlers;
using Granary.Execution.Tests.Support;
using Granary.Model;

namespace Granary.Execution.Tests.Executors;

/// <summary>One executor as the contract sees it: tasks that do the same thing, each in its way.</summary>
internal abstract class Subject : IAsyncDisposable
{
    public static Subject Of(string name) => name switch
    {
        "process" => new ProcessSubject(),
        "handler" => new HandlerSubject(),
        "http" => new HttpSubject(),
        "container" => new ContainerSubject(),
        "scope" => new ScopeSubject(),
        _ => new ManualSubject(),
    };

    public AgentHarness Harness { get; } = new();

    /// <summary>An attempt outlives its agent.</summary>
    public virtual bool Survives => true;

    /// <summary>The exit code of <see cref="Fails"/>.</summary>
    public virtual int FailureCode => 3;

    public abstract TaskSpec Succeeds { get; }

    public abstract TaskSpec Fails { get; }

    /// <summary>Goes on until it is stopped.</summary>
    public abstract TaskSpec GoesOn { get; }

    /// <summary>Goes on, and does not listen; null where an executor leaves nothing that could.</summary>
    public virtual TaskSpec? Deaf => null;

    /// <summary>Writes that many bytes.</summary>
    public abstract TaskSpec Writes(int bytes);

    public virtual Task Begin() => Harness.StartAgent();

    /// <summary>What it takes to bring a started attempt to its end.</summary>
    public virtual Task Drive(Lease lease, TaskSpec spec) => Task.CompletedTask;

    /// <summary>Lets <see cref="GoesOn"/> come to a good end.</summary>
    public abstract Task LetEnd(Lease lease);

    /// <summary>How often it has really begun.</summary>
    public abstract int Begun(Lease lease);

    public virtual async ValueTask DisposeAsync() => await Harness.DisposeAsync();

    protected static TaskSpec With(TaskAction action, params string[] command) => AgentHarness.Spec(command) with { Terms = new TaskTerms { Action = action } };

    // Counts itself, then waits for a file; "deaf" ones take no notice of SIGTERM.
    protected static string Waiting(string before = "") => $"{before} echo begun >> begun; echo hello; while [ ! -f go ]; do sleep 0.02; done";

    protected string Work(Lease lease, string file) => Path.Combine(Harness.Data, "tasks", lease.Task.Pool, lease.Task.Number.ToString(CultureInfo.InvariantCulture), "work", file);

    protected int Lines(Lease lease) => File.Exists(Work(lease, "begun")) ? File.ReadAllLines(Work(lease, "begun")).Length : 0;
}

/// <summary>All that run commands: the same scripts, carried out differently.</summary>
internal abstract class CommandSubject : Subject
{
    protected virtual TaskAction? Action => null;

    public override TaskSpec Succeeds => Script("echo begun >> begun; echo hello");

    public override TaskSpec Fails => Script("exit 3");

    public override TaskSpec GoesOn => Script(Waiting());

    public override TaskSpec? Deaf => Script(Waiting("trap '' TERM;"));

    public override TaskSpec Writes(int bytes) => Script($"head -c {bytes} /dev/zero | tr '\\0' x");

    public override Task LetEnd(Lease lease)
    {
        File.WriteAllText(Work(lease, "go"), "");
        return Task.CompletedTask;
    }

    public override int Begun(Lease lease) => Lines(lease);

    protected TaskSpec Script(string script) => Action is { } action ? With(action, "/bin/sh", "-c", script) : AgentHarness.Script(script);
}

internal sealed class ProcessSubject : CommandSubject;

internal sealed class ContainerSubject : CommandSubject
{
    public FakeTools Tools { get; } = new("podman");

    protected override TaskAction Action => new() { Container = new ContainerRun { Image = "debian:12" } };

    public override Task Begin()
    {
        Harness.Options = Harness.Options with { Executors = new() { Containers = "podman", SearchPath = Tools.SearchPath } };
        return Offered();
    }

    private async Task Offered()
    {
        await base.Begin();
        await Harness.Node.Until(() => Harness.Node.Joins[^1].Spec.Labels!.ContainsKey("executor.podman"), "podman is told of");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Tools.Dispose();
    }
}

internal sealed class ScopeSubject : CommandSubject
{
    public FakeTools Tools { get; } = new FakeTools().WithSystemd();

    protected override TaskAction Action => new() { Scope = true };

    public override Task Begin()
    {
        Harness.Options = Harness.Options with { Executors = new() { Containers = "off", SearchPath = Tools.SearchPath, SystemdDirectory = Tools.Path } };
        return base.Begin();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Tools.Dispose();
    }
}

internal sealed class HandlerSubject : Subject
{
    private readonly TestHandler _handler = new();

    public override bool Survives => false;

    public override TaskSpec Succeeds => Task("say hello");

    public override TaskSpec Fails => Task("fail");

    public override TaskSpec GoesOn => Task("wait");

    public override TaskSpec Deaf => Task("deaf");

    public override TaskSpec Writes(int bytes) => Task($"write {bytes}");

    public override Task Begin()
    {
        Harness.Handlers = HandlerRegistry.Default(TimeProvider.System).Add(_handler);
        return base.Begin();
    }

    public override Task LetEnd(Lease lease)
    {
        _handler.Go.TrySetResult();
        return System.Threading.Tasks.Task.CompletedTask;
    }

    public override int Begun(Lease lease) => _handler.Begun;

    public override async ValueTask DisposeAsync()
    {
        _handler.Go.TrySetResult();
        await base.DisposeAsync();
    }

    private static TaskSpec Task(string payload) => AgentHarness.Spec() with { Handler = "test", Terms = new TaskTerms { Action = new() { Payload = payload } } };

    private sealed class TestHandler : ITaskHandler
    {
        public int Begun;

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "test";

        public async ValueTask<HandlerResult> Run(HandlerContext context, CancellationToken stop)
        {
            Interlocked.Increment(ref Begun);
            switch (context.Payload.Split(' '))
            {
                case ["say", var word]:
                    context.Output.Write(Encoding.UTF8.GetBytes(word + "\n"));
                    return HandlerResult.Success;
                case ["write", var bytes]:
                    context.Output.Write(Encoding.UTF8.GetBytes(new string('x', int.Parse(bytes, CultureInfo.InvariantCulture))));
                    return HandlerResult.Success;
                case ["wait"]:
                    await Go.Task.WaitAsync(stop);
                    return HandlerResult.Success;
                case ["deaf"]:
                    await Go.Task;
                    return HandlerResult.Success;
                default:
                    return new(3, "it failed");
            }
        }
    }
}

internal sealed class HttpSubject : Subject
{
    public TestHttpServer Server { get; } = new();

    public override bool Survives => false;

    public override int FailureCode => 22;

    public override TaskSpec Succeeds => Call("/ok");

    public override TaskSpec Fails => Call("/teapot");

    public override TaskSpec GoesOn => Call("/hang");

    public override TaskSpec Writes(int bytes) => Call($"/much?{bytes}");

    public override Task LetEnd(Lease lease)
    {
        Server.Dispose();
        return Task.CompletedTask;
    }

    public override int Begun(Lease lease) => Server.Requests.Count;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Server.Dispose();
    }

    private TaskSpec Call(string path) => With(new() { Http = new HttpCall { Url = Server.Url(path) } });
}

internal sealed class ManualSubject : Subject
{
    private const string Bytes = "bytes ";

    public override int FailureCode => 1;

    public override TaskSpec Succeeds => Ask("say hello");

    public override TaskSpec Fails => Ask("fail");

    public override TaskSpec GoesOn => Ask("wait");

    public override TaskSpec Writes(int bytes) => Ask(Bytes + bytes.ToString(CultureInfo.InvariantCulture));

    public override async Task Drive(Lease lease, TaskSpec spec)
    {
        var asked = spec.Terms!.Action!.Manual!.Instructions;
        if (asked == "wait") return;
        await Harness.Node.Report(lease, ReportKind.Started);
        var output = asked.StartsWith(Bytes, StringComparison.Ordinal) ? new string('x', int.Parse(asked[Bytes.Length..], CultureInfo.InvariantCulture)) : "hello\n";
        Assert.Equal(LeaseCompletion.Done, await Harness.Node.Complete(new(lease, asked == "fail" ? 1 : 0, output, asked == "fail" ? "failed by alice" : "done by alice")));
    }

    public override async Task LetEnd(Lease lease) => Assert.Equal(LeaseCompletion.Done, await Harness.Node.Complete(new(lease, 0, "hello\n", "done by alice")));

    public override int Begun(Lease lease) => Harness.Node.Reports.Count(r => r.Lease == lease && r.Kind == ReportKind.Started);

    private static TaskSpec Ask(string what) => With(new() { Manual = new ManualWork { Instructions = what } });
}
