namespace Granary.Cli.Tests.Repository;

public sealed class SolutionTests
{
    [Fact]
    public void The_solution_lists_every_project()
    {
        var solution = File.ReadAllText(RepositoryRoot.At("Orleans.sln")).Replace('\\', '/');
        var projects = ((string[])["src", "silo", "client", "tests"]).Where(f => Directory.Exists(RepositoryRoot.At(f)))
            .SelectMany(f => Directory.GetFiles(RepositoryRoot.At(f), "*.csproj", SearchOption.AllDirectories))
            .Select(p => Path.GetRelativePath(RepositoryRoot.Path, p).Replace('\\', '/'));
        Assert.All(projects, p => Assert.Contains($"\"{p}\"", solution, StringComparison.Ordinal));
    }
}
