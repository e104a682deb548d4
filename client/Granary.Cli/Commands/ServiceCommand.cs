using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Cli.Commands;

/// <summary><c>service show|set|remove|backend|drain</c>: one service of an agent and its backends.</summary>
internal static class ServiceCommand
{
    public static Command Create(CommandScope scope) => new("service", "one service of an agent: show, set, backend, drain, remove")
    {
        Show(scope), Set(scope), Backend(scope), Drain(scope), Remove(scope),
    };

    private static Command Show(CommandScope scope)
    {
        var name = Name();
        return scope.Does(new Command("show", "its backends, and how the server that this is connected to sees them") { name }, (call, cancel) => call.Show(
            async () =>
            {
                var client = await call.Connect(cancel);
                return await TellAsync(call, client, await client.ServiceAsync(call.Get(name)!, cancel), cancel);
            },
            cancel));
    }

    private static Command Set(CommandScope scope)
    {
        var name = Name();
        var agent = new Option<string?>("--agent", "-a") { Description = "whose it is; needed where it is new", HelpName = "AGENT" };
        var backends = new Option<IReadOnlyDictionary<string, string>?>("--backend") { Description = "where it is, like b1=http://127.0.0.1:8080; may be repeated. All backends: others go", HelpName = "NAME=URL", CustomParser = Parse.Pairs("--backend"), AllowMultipleArgumentsPerToken = false };
        var algorithm = new Option<ServiceAlgorithm>("--algorithm") { Description = "how requests are shared out (default: power_of_two)", HelpName = "NAME", CustomParser = Parse.Word<ServiceAlgorithm>("--algorithm") };
        var protocol = new Option<ServiceProtocol>("--protocol") { Description = "what its backends speak: http1, or http2, as gRPC does (default: http1)", HelpName = "NAME", CustomParser = Parse.Word<ServiceProtocol>("--protocol") };
        var shared = new Option<bool?>("--shared") { Description = "the owners of other agents may call it too", HelpName = "true|false" };
        var header = new Option<string?>("--affinity-header") { Description = "what names a session, for consistent_hashing", HelpName = "HEADER" };
        var cookie = new Option<string?>("--affinity-cookie") { Description = "the same; who comes without is given one", HelpName = "COOKIE" };
        var probe = new Option<string?>("--probe") { Description = "ask backends at this path whether they are well; none for no probes", HelpName = "PATH" };
        var every = new Option<TimeSpan?>("--probe-every") { Description = "between two probes (default: 5s)", HelpName = "D", CustomParser = Parse.Duration("--probe-every") };
        var timeout = new Option<TimeSpan?>("--timeout") { Description = "within which an answer begins (default: 30s)", HelpName = "D", CustomParser = Parse.Duration("--timeout") };
        var idle = new Option<TimeSpan?>("--idle-timeout") { Description = "how long nothing may come or go after that (default: 5m)", HelpName = "D", CustomParser = Parse.Duration("--idle-timeout") };
        var attempts = new Option<int?>("--attempts") { Description = "backends that one request may go to; 1 for no retries (default: 3)", HelpName = "N" };
        return scope.Does(new Command("set", "declare a service, or change what it is like") { name, agent, backends, algorithm, protocol, shared, header, cookie, probe, every, timeout, idle, attempts }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var before = await KnownAsync(client, call.Get(name)!, cancel);
            var spec = before?.Spec ?? new ServiceSpec { Name = call.Get(name)!, Agent = call.Get(agent) ?? throw GranaryException.Invalid($"service '{call.Get(name)}' is new: say whose it is with --agent") };
            spec = spec with
            {
                Agent = call.Get(agent) ?? spec.Agent,
                Algorithm = call.Has(algorithm) ? call.Get(algorithm) : spec.Algorithm,
                Protocol = call.Has(protocol) ? call.Get(protocol) : spec.Protocol,
                Shared = call.Get(shared) ?? spec.Shared,
                AffinityHeader = call.Get(header) ?? spec.AffinityHeader,
                AffinityCookie = call.Get(cookie) ?? spec.AffinityCookie,
                Probe = call.Get(probe) switch { null => spec.Probe, "none" => null, var path => (spec.Probe ?? ServiceProbe.Default) with { Path = path } },
                Timeout = call.Get(timeout) ?? spec.Timeout,
                IdleTimeout = call.Get(idle) ?? spec.IdleTimeout,
                Attempts = call.Get(attempts) ?? spec.Attempts,
            };
            if (call.Get(every) is { } period) spec = spec with { Probe = (spec.Probe ?? throw GranaryException.Invalid("--probe-every needs --probe PATH")) with { Every = period } };
            var all = call.Get(backends)?.Select(b => (before?.Backends.FirstOrDefault(x => x.Name == b.Key) ?? new ServiceBackend { Name = b.Key, Url = b.Value }) with { Url = b.Value }).ToArray();
            return await TellAsync(call, client, await client.SetServiceAsync(spec, all, cancel), cancel);
        });
    }

    private static Command Backend(CommandScope scope)
    {
        var (name, backend) = (Name(), BackendName());
        var url = new Option<string?>("--url") { Description = "where it is, like http://127.0.0.1:8080; needed where it is new", HelpName = "URL" };
        var weight = new Option<double?>("--weight") { Description = "its share relative to the others'; 0 for no new requests", HelpName = "N", CustomParser = Weight };
        var zone = new Option<string?>("--zone") { Description = "where it is, compared with Proxy:Zone of the server", HelpName = "ZONE" };
        var task = new Option<string?>("--task") { Description = "the task that it lives in ($GRANARY_TASK there): it goes with its attempt", HelpName = "ID" };
        var attempt = new Option<int?>("--attempt") { Description = "with --task: $GRANARY_ATTEMPT there (default: 1)", HelpName = "N" };
        return scope.Does(new Command("backend", "add a backend or change one") { name, backend, url, weight, zone, task, attempt }, async (call, cancel) =>
        {
            if (call.Get(attempt) is not null && call.Get(task) is null) throw GranaryException.Invalid("--attempt goes with --task");
            var client = await call.Connect(cancel);
            ServiceTask? life = null;
            if (call.Get(task) is { } text) life = new ServiceTask(TaskId.TryParse(text, out var id) ? id : throw GranaryException.Invalid($"'{text}' is no task id; write POOL/NUMBER, or NUMBER for the pool default"), call.Get(attempt) ?? 1);
            return await TellAsync(call, client, await client.SetBackendAsync(call.Get(name)!, new BackendChange(call.Get(backend)!, call.Get(url), call.Get(weight), call.Get(zone), null, life), cancel), cancel);
        });
    }

    private static Command Drain(CommandScope scope)
    {
        var (name, backend) = (Name(), BackendName());
        var undo = new Option<bool>("--undo") { Description = "let it take requests again" };
        return scope.Does(new Command("drain", "send a backend nothing new; what is under way there goes on") { name, backend, undo }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            return await TellAsync(call, client, await client.SetBackendAsync(call.Get(name)!, new BackendChange(call.Get(backend)!, Draining: !call.Get(undo)), cancel), cancel);
        });
    }

    private static Command Remove(CommandScope scope)
    {
        var name = Name();
        var backend = new Argument<string?>("backend") { Description = "only this backend", HelpName = "BACKEND", Arity = ArgumentArity.ZeroOrOne };
        return scope.Does(new Command("remove", "remove a service, or one backend of it") { name, backend }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            if (call.Get(backend) is { Length: > 0 } one) return await TellAsync(call, client, await client.RemoveBackendAsync(call.Get(name)!, one, cancel), cancel);
            var removed = await client.RemoveServiceAsync(call.Get(name)!, cancel);
            if (!call.ForPeople) return Tell(call, removed, []);
            call.Out.WriteLine($"{removed.Spec.Name} removed");
            return ExitCodes.Done;
        });
    }

    private static Argument<string> Name() => new("name") { Description = "of the service", HelpName = "NAME" };

    private static Argument<string> BackendName() => new("backend") { Description = "of the backend", HelpName = "BACKEND" };

    private static async Task<ServiceView?> KnownAsync(GranaryClient client, string name, CancellationToken cancel)
    {
        try
        {
            return await client.ServiceAsync(name, cancel);
        }
        catch (GranaryException e) when (e.Code == ErrorCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<int> TellAsync(Call call, GranaryClient client, ServiceView view, CancellationToken cancel) =>
        Tell(call, view, await client.ServiceStandingAsync(view.Spec.Name, cancel));

    private static int Tell(Call call, ServiceView view, IReadOnlyList<BackendStanding> standings)
    {
        var service = ServiceJson.From(view, standings);
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml) call.Document(JsonSerializer.SerializeToNode(service, GranaryJson.Default.ServiceJson));
        else call.Write(service.Backends, ServiceListing.Backends);
        return ExitCodes.Done;
    }

    private static double? Weight(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1_000_000) return value;
        result.AddError($"--weight is '{text}'; it can be 0, for no requests, up to 1000000");
        return null;
    }
}
