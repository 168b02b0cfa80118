// Plays the steps of ../steps.py with the SDK for Go, version 1.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/credentials/stscreds"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/iam"
	"github.com/aws/aws-sdk-go/service/sts"
)

func main() {
	fmt.Println("version", aws.SDKVersion)
	// The keys are in the environment; this SDK knows no variable for the endpoint.
	own := session.Must(session.NewSession(&aws.Config{
		Endpoint: aws.String(os.Getenv("STEAD_ENDPOINT")),
		Region:   aws.String("us-east-1"),
	}))
	tell("identity", identity(own, nil))

	assumed := stscreds.NewCredentials(own, os.Getenv("ROLE_ARN"))
	tell("assumed", identity(own, assumed))
	tell("denied", identity(own, stscreds.NewCredentials(own, os.Getenv("CLOSED_ROLE_ARN"))))

	admin := iam.New(own, &aws.Config{Credentials: assumed})
	role, err := admin.GetRole(&iam.GetRoleInput{RoleName: aws.String(os.Getenv("ROLE_NAME"))})
	if err == nil {
		fmt.Println("iam", *role.Role.Arn)
	} else {
		refused("iam", err)
	}
	_, err = admin.ListUsers(&iam.ListUsersInput{})
	refused("iam-denied", err)

	web := func(file string) *credentials.Credentials {
		return stscreds.NewWebIdentityCredentials(own, os.Getenv("WEB_ROLE_ARN"), "play", os.Getenv(file))
	}
	tell("web", identity(own, web("TOKEN_FILE")))
	tell("web-denied", identity(own, web("CLOSED_TOKEN_FILE")))
}

type answer struct {
	arn string
	err error
}

func identity(own *session.Session, given *credentials.Credentials) answer {
	who, err := sts.New(own, &aws.Config{Credentials: given}).GetCallerIdentity(&sts.GetCallerIdentityInput{})
	if err != nil {
		return answer{"", err}
	}
	return answer{*who.Arn, nil}
}

func tell(step string, got answer) {
	if got.err != nil {
		refused(step, got.err)
		return
	}
	fmt.Println(step, got.arn)
}

// What the service said may lie below what the SDK makes of it.
func refused(step string, err error) {
	for err != nil {
		known, ok := err.(awserr.Error)
		if !ok {
			break
		}
		if known.OrigErr() == nil {
			fmt.Println(step, known.Code(), known.Message())
			return
		}
		err = known.OrigErr()
	}
	fmt.Println(step, "-", err)
}
