// Plays the steps of ../steps.py with the SDK for Go, version 2.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

var ctx = context.Background()

func main() {
	// The keys are in the environment; a variable for the endpoint came with a later version.
	resolver := func(service, region string, _ ...interface{}) (aws.Endpoint, error) {
		return aws.Endpoint{URL: os.Getenv("STEAD_ENDPOINT")}, nil
	}
	own, err := config.LoadDefaultConfig(ctx,
		config.WithRegion("us-east-1"),
		config.WithEndpointResolverWithOptions(aws.EndpointResolverWithOptionsFunc(resolver)))
	if err != nil {
		panic(err)
	}
	fmt.Println("version", aws.SDKVersion)
	identity("identity", own)

	client := sts.NewFromConfig(own)
	assumed := with(own, stscreds.NewAssumeRoleProvider(client, os.Getenv("ROLE_ARN")))
	identity("assumed", assumed)
	identity("denied", with(own, stscreds.NewAssumeRoleProvider(client, os.Getenv("CLOSED_ROLE_ARN"))))

	admin := iam.NewFromConfig(assumed)
	role, err := admin.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(os.Getenv("ROLE_NAME"))})
	if err == nil {
		fmt.Println("iam", *role.Role.Arn)
	} else {
		refused("iam", err)
	}
	_, err = admin.ListUsers(ctx, &iam.ListUsersInput{})
	refused("iam-denied", err)

	web := func(file string) aws.Config {
		token := stscreds.IdentityTokenFile(os.Getenv(file))
		return with(own, stscreds.NewWebIdentityRoleProvider(client, os.Getenv("WEB_ROLE_ARN"), token))
	}
	identity("web", web("TOKEN_FILE"))
	identity("web-denied", web("CLOSED_TOKEN_FILE"))
}

func with(own aws.Config, provider aws.CredentialsProvider) aws.Config {
	own.Credentials = aws.NewCredentialsCache(provider)
	return own
}

func identity(step string, given aws.Config) {
	who, err := sts.NewFromConfig(given).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		refused(step, err)
		return
	}
	fmt.Println(step, *who.Arn)
}

func refused(step string, err error) {
	var known smithy.APIError
	if errors.As(err, &known) {
		fmt.Println(step, known.ErrorCode(), known.ErrorMessage())
		return
	}
	fmt.Println(step, "-", err)
}
