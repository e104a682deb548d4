using System.CommandLine;
using System.CommandLine.Parsing;
using Granary.Cli.CommandLine;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>How <c>submit</c> says that something other than a plain process carries the task out.</summary>
internal sealed class ActionOptions
{
    public Option<string?> Payload { get; } = new("--payload") { Description = "what the handler works on; @FILE reads it", HelpName = "TEXT" };

    public Option<string?> Http { get; } = new("--http") { Description = "call this instead of a process", HelpName = "URL" };

    public Option<string?> Method { get; } = new("--method") { Description = "of --http (default: GET, with --body POST)", HelpName = "M" };

    public Option<IReadOnlyDictionary<string, string>> Header { get; } = new("--header") { Description = "of --http; may be repeated", HelpName = "NAME=VALUE", CustomParser = Parse.Pairs("--header") };

    public Option<string?> Body { get; } = new("--body") { Description = "of --http; @FILE reads it", HelpName = "TEXT" };

    public Option<string?> Expect { get; } = new("--expect") { Description = "statuses that are success (default: 2xx)", HelpName = "200,3xx" };

    public Option<int> Redirects { get; } = new("--redirects") { Description = "how many --http follows (default: 0)", HelpName = "N" };

    public Option<string?> Container { get; } = new("--container") { Description = "run the command in a container of this image", HelpName = "IMAGE" };

    public Option<string?> Engine { get; } = new("--engine") { Description = "podman or docker (default: what the node has)", HelpName = "NAME" };

    public Option<string[]> Mount { get; } = new("--mount") { Description = "SOURCE:TARGET[:ro]; may be repeated", HelpName = "MOUNT" };

    public Option<string?> Network { get; } = new("--network") { Description = "of the container: bridge or none", HelpName = "NAME" };

    public Option<bool> Scope { get; } = new("--scope") { Description = "run the command in a systemd scope" };

    public Option<string?> Manual { get; } = new("--manual") { Description = "ask a person to do this; @FILE reads it", HelpName = "TEXT" };

    public Option<string?> Assignee { get; } = new("--assignee") { Description = "who is to do --manual", HelpName = "NAME" };

    public Option<string?> Role { get; } = new("--role") { Description = "what somebody has to be for --manual", HelpName = "NAME" };

    public Option<IReadOnlyDictionary<string, string>> Form { get; } = new("--form")
    {
        Description = "a field to fill in, like verdict=accept|reject; may be repeated",
        HelpName = "FIELD=TYPE",
        CustomParser = Parse.Pairs("--form"),
    };

    public ActionOptions() => Redirects.Validators.Add(Parse.AtLeast("--redirects", 0));

    public IEnumerable<Option> All => [Payload, Http, Method, Header, Body, Expect, Redirects, Container, Engine, Mount, Network, Scope, Manual, Assignee, Role, Form];

    /// <summary>Something is said to carry the task out that needs no command.</summary>
    public bool Stands(SymbolResult result) => new[] { Http, Container, Manual }.Any(o => !string.IsNullOrEmpty(result.GetValue(o)));

    public bool Stands(Call call) => new[] { Http, Container, Manual }.Any(o => !string.IsNullOrEmpty(call.Get(o)));

    /// <exception cref="GranaryException">Invalid: an option that belongs to another one, or a file that cannot be read.</exception>
    public TaskAction? Read(Call call)
    {
        Belongs(call, Http, "--http", Method, Header, Body, Expect, Redirects);
        Belongs(call, Container, "--container", Engine, Mount, Network);
        Belongs(call, Manual, "--manual", Assignee, Role, Form);
        var action = new TaskAction
        {
            Http = call.Get(Http) is { Length: > 0 } url ? Call(call, url) : null,
            Container = call.Get(Container) is { Length: > 0 } image ? new()
            {
                Image = image,
                Engine = call.Get(Engine) ?? "",
                Mounts = call.Get(Mount) is { Length: > 0 } mounts ? mounts : null,
                Network = call.Get(Network) ?? "",
            }
            : null,
            Manual = call.Get(Manual) is { Length: > 0 } text ? new()
            {
                Instructions = TextOrFile(text, "--manual"),
                Assignee = call.Get(Assignee) ?? "",
                Role = call.Get(Role) ?? "",
                Form = call.Get(Form) is { Count: > 0 } form ? form : null,
            }
            : null,
            Scope = call.Get(Scope),
            Payload = TextOrFile(call.Get(Payload) ?? "", "--payload"),
        };
        return action == new TaskAction() ? null : action;
    }

    private HttpCall Call(Call call, string url)
    {
        var body = TextOrFile(call.Get(Body) ?? "", "--body");
        return new()
        {
            Url = url,
            Method = call.Get(Method)?.ToUpperInvariant() ?? (body.Length > 0 ? "POST" : "GET"),
            Headers = call.Get(Header) is { Count: > 0 } headers ? headers : null,
            Body = body,
            Expect = call.Get(Expect)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } expect ? expect : null,
            Redirects = call.Get(Redirects),
        };
    }

    private static void Belongs(Call call, Option<string?> main, string name, params Option[] others)
    {
        if (!string.IsNullOrEmpty(call.Get(main))) return;
        foreach (var other in others)
            if (call.Has(other)) throw GranaryException.Invalid($"{other.Name} belongs to {name}, which is not given; add {name}, or leave it out");
    }

    internal static string TextOrFile(string text, string option)
    {
        if (!text.StartsWith('@')) return text;
        try
        {
            return File.ReadAllText(text[1..]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw GranaryException.Invalid($"{option}: '{text[1..]}' cannot be read: {e.Message}");
        }
    }
}
