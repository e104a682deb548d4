namespace Granary.Cli.Tests.Launcher;

public sealed class LauncherTests : IDisposable
{
    private readonly FakeCheckout _checkout = new();

    public LauncherTests() => Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "the launcher needs bash");

    public void Dispose() => _checkout.Dispose();

    private static Dictionary<string, string> With(string name, string value) => new() { [name] = value };

    [Fact]
    public void The_first_call_chooses_a_host_builds_and_runs()
    {
        var (code, output, error) = _checkout.Run(args: ["tasks", "-o", "json"]);
        Assert.Equal((0, "ran tasks -o json\n"), (code, output));
        Assert.Equal("granary: host Orleans (Microsoft.Orleans 10.4.0 restores here)\ngranary: building the command line (host Orleans)\n", error);
        Assert.Equal(["restore", "publish"], _checkout.Calls.Select(c => c.Split(' ')[0]));
        Assert.Contains("-p:GrainHost=Orleans", _checkout.Calls[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_call_builds_nothing_and_says_nothing()
    {
        _checkout.Run();
        Assert.Equal((0, "ran\n", ""), _checkout.Run());
        Assert.Equal(2, _checkout.Calls.Length);
    }

    [Theory]
    [InlineData("src/A.cs")]
    [InlineData("client/New.cs")]
    [InlineData("Directory.Build.targets")]
    [InlineData(".editorconfig")]
    public void What_is_newer_than_the_build_is_built(string changed)
    {
        _checkout.Run();
        _checkout.Write(changed, "changed");
        _checkout.Run();
        Assert.Equal(2, _checkout.Publishes);
    }

    [Fact]
    public void What_was_deleted_is_noticed()
    {
        _checkout.Write("src/B.cs", "class B;");
        _checkout.Age();
        _checkout.Run();
        File.Delete(Path.Combine(_checkout.Root, "src/B.cs"));
        _checkout.Run();
        Assert.Equal(2, _checkout.Publishes);
    }

    [Theory]
    [InlineData("tests/T.cs")]
    [InlineData("docs/page.md")]
    [InlineData("samples/x.yaml")]
    public void What_the_command_line_is_not_made_of_builds_nothing(string changed)
    {
        _checkout.Run();
        _checkout.Write(changed, "changed");
        _checkout.Run();
        Assert.Equal(1, _checkout.Publishes);
    }

    [Fact]
    public void Without_the_packages_of_Orleans_the_embedded_host_serves_and_is_remembered()
    {
        var (code, _, error) = _checkout.Run(With("FAKE_MISSING", "Microsoft.Orleans.Runtime"));
        Assert.Equal(0, code);
        Assert.StartsWith("granary: host Embedded (Microsoft.Orleans.Runtime 10.4.0 is not in the package sources)\n", error, StringComparison.Ordinal);
        Assert.Equal("Embedded Microsoft.Orleans.Runtime 10.4.0 is not in the package sources\n", File.ReadAllText(Path.Combine(_checkout.Root, "artifacts/grain-host")));
        Assert.Equal("", _checkout.Run().Error);
        Assert.Single(_checkout.Calls, c => c.StartsWith("restore ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Directory.Packages.props")]
    [InlineData("home/.nuget/NuGet/NuGet.Config")]
    [InlineData("home/.config/NuGet/NuGet.Config")]
    public void New_package_settings_are_a_reason_to_look_again(string changed)
    {
        _checkout.Run(With("FAKE_MISSING", "Microsoft.Orleans.Sdk"));
        _checkout.Write(changed, "<Project/>");
        Assert.Contains("host Orleans", _checkout.Run().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_can_be_asked_for_each_with_a_build_of_its_own()
    {
        _checkout.Run();
        Assert.Equal("granary: building the command line (host Embedded)\n", _checkout.Run(With("GRANARY_HOST", "embedded")).Error);
        Assert.Equal("", _checkout.Run(args: ["-p:GrainHost=Embedded", "version"]).Error);
        Assert.Equal("", _checkout.Run().Error);
        var (code, _, error) = _checkout.Run(With("GRANARY_HOST", "Kubernetes"));
        Assert.Equal((2, "granary: GRANARY_HOST is 'Kubernetes'; it can be Orleans or Embedded\n"), (code, error));
    }

    [Fact]
    public void Orleans_asked_for_where_it_does_not_restore_is_an_error()
    {
        var (code, _, error) = _checkout.Run(new Dictionary<string, string> { ["GRANARY_HOST"] = "Orleans", ["FAKE_MISSING"] = "Microsoft.Orleans.Sdk" });
        Assert.Equal(1, code);
        Assert.Equal("granary: the Orleans host was asked for, but Microsoft.Orleans.Sdk 10.4.0 is not in the package sources\n", error);
    }

    [Fact]
    public void A_failed_build_shows_each_error_once_and_the_next_call_tries_again()
    {
        var (code, output, error) = _checkout.Run(With("FAKE_BROKEN", "1"));
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("\nsrc/A.cs(3,1): error CS1002: ; expected\ngranary: the build failed; the whole output is in ", error, StringComparison.Ordinal);
        Assert.Equal(0, _checkout.Run().Code);
    }

    [Fact]
    public void The_exit_code_is_the_programs() => Assert.Equal(124, _checkout.Run(With("FAKE_EXIT", "124")).Code);

    [Fact]
    public void It_works_through_symbolic_links_from_anywhere()
    {
        var folder = Path.Combine(_checkout.Root, "elsewhere");
        Directory.CreateDirectory(folder);
        File.CreateSymbolicLink(Path.Combine(folder, "one"), "../granary");
        File.CreateSymbolicLink(Path.Combine(folder, "two"), Path.Combine(folder, "one"));
        Assert.Equal("ran x\n", _checkout.Run(program: Path.Combine(folder, "two"), folder: "/", args: ["x"]).Out);
        Assert.Equal("ran y\n", _checkout.Run(program: "./one", folder: folder, args: ["y"]).Out);
    }

    [Fact]
    public void Two_calls_at_once_build_once()
    {
        var slow = With("FAKE_SLOW", "1");
        using var first = _checkout.Start(Path.Combine(_checkout.Root, "granary"), "/", slow, "a");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(_checkout.Root, "building")), TimeSpan.FromSeconds(30)));
        using var second = _checkout.Start(Path.Combine(_checkout.Root, "granary"), "/", slow, "b");
        var told = second.StandardError.ReadLine();
        _checkout.Write("go", "");
        Assert.Equal("granary: waiting for another build here to end", told);
        Assert.Equal("ran a\n", first.StandardOutput.ReadToEnd());
        Assert.Equal("ran b\n", second.StandardOutput.ReadToEnd());
        Assert.Equal(1, _checkout.Publishes);
    }

    [Fact]
    public void Without_dotnet_it_says_what_to_install()
    {
        // bash and the tools it calls, and nothing else
        var tools = Path.Combine(_checkout.Root, "tools");
        Directory.CreateDirectory(tools);
        foreach (var tool in (string[])["bash", "readlink", "find", "mkdir", "touch", "flock", "sed", "grep", "head", "mv"])
            if (File.Exists($"/usr/bin/{tool}")) File.CreateSymbolicLink(Path.Combine(tools, tool), $"/usr/bin/{tool}");
        var (code, _, error) = _checkout.Run(With("PATH", tools));
        Assert.Equal(1, code);
        Assert.Contains("install the .NET 10 SDK", error, StringComparison.Ordinal);
    }
}
