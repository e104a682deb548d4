using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Abstractions;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;

namespace Granary.Cli.Commands;

/// <summary><c>token create|list|rotate|revoke</c>: who else may use the server, and for what.</summary>
internal static class TokenCommand
{
    public static Command Create(CommandScope scope) => new("token", "tokens beside the server's own: make, list, rotate, revoke")
    {
        Make(scope), List(scope), Rotate(scope), Revoke(scope),
    };

    private static Command Make(CommandScope scope)
    {
        var role = new Option<Role>("--role")
        {
            Description = "admin, operator, agent-owner, read-only or node",
            HelpName = "ROLE",
            Required = true,
            CustomParser = result =>
            {
                if (RoleWords.Parse(result.Tokens[0].Value) is { } known) return known;
                result.AddError($"--role is '{result.Tokens[0].Value}'; it can be admin, operator, agent-owner, read-only or node");
                return Role.None;
            },
        };
        var agents = new Option<string[]>("--agent", "-a") { Description = "for agent-owner: whose tasks; may be repeated", HelpName = "AGENT" };
        var nodes = new Option<string[]>("--node") { Description = "for node: what the machine may be called, like gpu-1 or 'gpu-*' (default: anything); may be repeated", HelpName = "NAME" };
        var name = new Option<string?>("--name") { Description = "what it is for", HelpName = "NAME" };
        var expires = new Option<TimeSpan?>("--expires") { Description = "opens nothing after this long, like 30d (default: never)", HelpName = "D", CustomParser = Parse.Duration("--expires") };
        return scope.Does(new Command("create", "make a token and print its secret, once") { role, agents, nodes, name, expires }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            Tell(call, await client.CreateTokenAsync(call.Get(role), call.Get(agents) ?? [], call.Get(name) ?? "", call.Get(expires), call.Get(nodes) ?? [], cancel), "made");
            return ExitCodes.Done;
        });
    }

    private static Command List(CommandScope scope) => scope.Does(new Command("list", "tokens, never their secrets"), (call, cancel) => call.Show(
        async () =>
        {
            var client = await call.Connect(cancel);
            call.Write(await client.TokensAsync(cancel), TokenListing.At(call.Now));
            return ExitCodes.Done;
        },
        cancel));

    private static Command Rotate(CommandScope scope)
    {
        var id = Id();
        var overlap = new Option<TimeSpan?>("--overlap") { Description = "how long the old secret still opens (default: 0)", HelpName = "D", CustomParser = Parse.Duration("--overlap") };
        return scope.Does(new Command("rotate", "give a token a new secret and print it, once") { id, overlap }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            Tell(call, await client.RotateTokenAsync(call.Get(id)!, call.Get(overlap) ?? TimeSpan.Zero, cancel), "rotated");
            return ExitCodes.Done;
        });
    }

    private static Command Revoke(CommandScope scope)
    {
        var id = Id();
        return scope.Does(new Command("revoke", "a token opens nothing from now on") { id }, async (call, cancel) =>
        {
            var client = await call.Connect(cancel);
            var revoked = await client.RevokeTokenAsync(call.Get(id)!, cancel);
            if (call.Format is OutputFormat.Table) call.Out.WriteLine($"{revoked.Id} revoked");
            else call.Write([revoked], TokenListing.At(call.Now));
            return ExitCodes.Done;
        });
    }

    private static Argument<string> Id() => new("id") { Description = "as 'granary token list' shows it", HelpName = "ID" };

    /// <summary>The secret alone goes to standard output, so that it can go straight to a file that only its reader may read.</summary>
    private static void Tell(Call call, IssuedToken issued, string what)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            var document = (JsonObject)TokenListing.Json(issued.Token);
            document["secret"] = issued.Secret;
            call.Document(document);
            return;
        }
        call.Out.WriteLine(issued.Secret);
        call.Note($"granary: token {issued.Token.Id} ({RoleWords.Of(issued.Token.Role)}) {what}; its secret is shown this once");
    }
}
